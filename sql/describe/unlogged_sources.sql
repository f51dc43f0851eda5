-- Unlogged tables that a view reads, directly or through plain views: a crash of the server empties them. $1: name of the view. Takes no lock.
with recursive read as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid as oid
  union
  select d.refobjid
  from read v
  join pg_catalog.pg_class c on c.oid = v.oid and c.relkind in ('v', 'm')
  join pg_catalog.pg_rewrite r on r.ev_class = c.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
    and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
)
select n.nspname as "schema", c.relname as "name"
from read s
join pg_catalog.pg_class c on c.oid = s.oid and c.relpersistence = 'u'
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
order by 1, 2;
