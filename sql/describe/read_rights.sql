-- A materialized view and the relations that it reads directly, and whether the connected role may read each. $1: schema, $2: name of the
-- view. A privilege on one column would do for a count, so any column counts. Takes no lock.
with view as (
  select c.oid
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind = 'm'
)
select n.nspname as "schema",
       c.relname as "name",
       pg_catalog.has_schema_privilege(n.oid, 'usage') as "hasUsage",
       pg_catalog.has_table_privilege(c.oid, 'select') or pg_catalog.has_any_column_privilege(c.oid, 'select') as "mayRead"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid in (select v.oid from view v
                union
                select d.refobjid
                from view v
                join pg_catalog.pg_rewrite r on r.ev_class = v.oid
                join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
order by n.nspname, c.relname;
