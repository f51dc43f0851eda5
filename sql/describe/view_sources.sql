-- What a view reads and what another one reads, and whether names in it are younger than the view. Takes no lock.
-- $1: name of the view, $2: name of the other one, or null.
-- isRenamed: the source got its name, or its schema, after the view was built; isMade: it was made after that. The row of its type is written
-- when either happens, and when it changes hands, which its owner's row tells; those of its system columns when it is made, and never again.
-- since: when that was, where the server keeps commit times.
with reader (oid, is_declared) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid, false
  union all
  select pg_catalog.to_regclass($2)::pg_catalog.oid, true
), built (at) as (
  select a.xmin from pg_catalog.pg_attribute a where a.attrelid = pg_catalog.to_regclass($1) and a.attnum = -1
), source as (
  select d.refobjid as oid, pg_catalog.bool_or(not v.is_declared) as is_live, pg_catalog.bool_or(v.is_declared) as is_declared
  from reader v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid
  join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
      and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> v.oid
  group by d.refobjid
), dated as (
  select s.oid, s.is_live, s.is_declared, n.nspname, c.relname, c.relkind, y.xmin as named, m.xmin as made,
         coalesce(pg_catalog.age(y.xmin) < pg_catalog.age(b.at) and y.xmin is distinct from o.xmin, false) as is_renamed,
         coalesce(pg_catalog.age(m.xmin) < pg_catalog.age(b.at), false) as is_made
  from source s
  join pg_catalog.pg_class c on c.oid = s.oid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join built b on true
  left join pg_catalog.pg_type y on y.oid = c.reltype
  left join pg_catalog.pg_attribute m on m.attrelid = c.oid and m.attnum = -1
  left join pg_catalog.pg_shdepend o
    on o.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and o.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and o.objid = c.oid and o.objsubid = 0 and o.deptype = 'o'
)
select d.nspname as "schema",
       d.relname as "name",
       case d.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'f' then 'foreign table' else 'table' end as "kind",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname, 'isNotNull', a.attnotnull))
                 from pg_catalog.pg_attribute a
                 where a.attrelid = d.oid and a.attnum > 0 and not a.attisdropped), '[]') as "columns",
       d.is_live as "isLive",
       d.is_declared as "isDeclared",
       d.is_renamed or d.is_made as "isRenamed",
       d.is_made as "isMade",
       case when (d.is_renamed or d.is_made) and pg_catalog.current_setting('track_commit_timestamp')::pg_catalog.bool
              then pg_catalog.pg_xact_commit_timestamp(case when d.is_made then d.made else d.named end) end as "since"
from dated d
order by d.nspname, d.relname;
