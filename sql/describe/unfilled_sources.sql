-- Materialized views without data that a relation reads, itself or through plain views and through others without data, those that
-- others read first. $1: its name as SQL. Takes no lock.
with recursive read (oid, depth) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid, 0
  union
  select c.oid, r.depth + 1
  from read r
  join pg_catalog.pg_rewrite w on w.ev_class = r.oid and w.ev_type = '1'
  join pg_catalog.pg_depend d
    on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
   and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> r.oid
  join pg_catalog.pg_class c on c.oid = d.refobjid and (c.relkind = 'v' or c.relkind = 'm' and not c.relispopulated)
)
select n.nspname as "schema",
       c.relname as "name",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner"
from read r
join pg_catalog.pg_class c on c.oid = r.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'm' and r.depth > 0
  -- What nobody's program declares is left as somebody made it.
  and pg_catalog.obj_description(c.oid, 'pg_class') like '%pulumi-matview: {%'
group by c.oid, n.nspname, c.relname, c.relowner
order by max(r.depth) desc, n.nspname, c.relname;
