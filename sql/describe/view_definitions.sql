-- How the server prints views and materialized views, and what each depends on. Takes access share on them.
-- $1: oids of relations, $2 and $3: schema and name of one more, or null; and what create_comparison_view made, if it did. Run it under pin_settings with an empty search_path, or the same view prints differently.
-- surroundings: a hash over what the names in a definition could resolve to. While it and the definition are the same,
-- creating the view again from the same text gives the same view. In it are the columns of the view's sources, whatever else
-- bears the name of one, and all user-made functions, operators, casts and collations; their bodies are not.
with wanted (oid) as materialized (
  select w.oid from pg_catalog.unnest($1::pg_catalog.oid[]) as w (oid)
  union
  select c.oid
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $2 and c.relname = $3
  union
  select c.oid
  from pg_catalog.pg_class c
  where c.relnamespace = pg_catalog.pg_my_temp_schema() and c.relname = 'matview_declared_definition'
),
dependency as materialized (
  select r.ev_class as view, d.refclassid, d.refobjid, d.refobjsubid
  from pg_catalog.pg_rewrite r
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  where r.ev_class in (select w.oid from wanted w)
    and not (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = r.ev_class)
),
source as materialized (
  select distinct d.view, c.oid, c.relname as name
  from dependency d
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.refobjid
),
-- Every relation has a row type of its own name, so types stand for relations too.
named_alike as (
  select s.view, pg_catalog.concat_ws(' ', 'type', t.oid, t.typname, n.nspname) as line
  from (select view, name from source
        union
        select d.view, t.typname
        from dependency d
        join pg_catalog.pg_type t on d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and t.oid = d.refobjid) s
  join pg_catalog.pg_type t on t.typname = s.name
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace
  where n.nspname !~ '^pg_(temp|toast)'
  union all
  select s.view, pg_catalog.concat_ws(' ', 'column', a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod)
  from source s
  join pg_catalog.pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
),
-- 16384 is the first oid that initdb does not use: what is below came with the server.
user_made (line) as (
  select pg_catalog.concat_ws(' ', 'function', p.oid, p.proname, n.nspname, p.proargtypes, p.pronargdefaults, p.provariadic)
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where p.oid >= 16384
  union all
  select pg_catalog.concat_ws(' ', 'operator', o.oid, o.oprname, n.nspname)
  from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where o.oid >= 16384
  union all
  select pg_catalog.concat_ws(' ', 'cast', c.oid, c.castcontext)
  from pg_catalog.pg_cast c
  where c.oid >= 16384
  union all
  select pg_catalog.concat_ws(' ', 'collation', c.oid, c.collname, n.nspname)
  from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
  where c.oid >= 16384
),
everywhere (hash) as materialized (
  select pg_catalog.md5(coalesce(pg_catalog.string_agg(line, e'\n' order by line collate "C"), '')) from user_made
)
select
  c.oid::pg_catalog.text,
  c.relnamespace = pg_catalog.pg_my_temp_schema() as "isDeclared",
  pg_catalog.pg_get_viewdef(c.oid) as definition,
  array(
    select distinct pg_catalog.pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) collate "C"
    from dependency d
    where d.view = c.oid
    order by 1
  ) as dependencies,
  pg_catalog.md5(pg_catalog.concat_ws(
    e'\n',
    (select hash from everywhere),
    (select pg_catalog.string_agg(n.line, e'\n' order by n.line collate "C") from named_alike n where n.view = c.oid)
  )) as surroundings
from pg_catalog.pg_class c
where c.oid in (select w.oid from wanted w) and c.relkind in ('v', 'm')
order by c.oid;
