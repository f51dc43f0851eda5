-- The log of deploys of a role's views: whether it is there, and may be read. $1: name of the table in schema matview. Always one row.
-- Takes no lock.
select c.oid is not null as "isThere",
       coalesce(pg_catalog.has_table_privilege(c.oid, 'select'), false) as "mayRead"
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = 'matview'
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $1;
