-- Functions in SQL that a view calls, itself or through plain views, whose body's names are looked up when they run in the search_path
-- of whoever runs them. $1: oid or name of the view. Takes no lock.
with recursive reads (oid) as (
  select $1::pg_catalog.regclass
  union
  select c.oid
  from reads v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.refobjid
  where c.relkind = 'v'
)
select distinct p.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       p.proname as "name",
       pg_catalog.pg_get_function_identity_arguments(p.oid) as "arguments"
from reads v
join pg_catalog.pg_rewrite r on r.ev_class = v.oid
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where p.oid >= 16384 and l.lanname = 'sql' and p.prosqlbody is null
  and not exists (select 1 from pg_catalog.unnest(p.proconfig) s (setting) where s.setting like 'search_path=%')
order by 2, 3, 4;
