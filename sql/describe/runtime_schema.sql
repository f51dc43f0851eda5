-- Schema matview of this database, and what a role may do in it. $1: the role's name; one that does not exist may nothing. One row. Takes no lock.
select n.oid is not null as "exists",
       coalesce(pg_catalog.has_schema_privilege('public', n.oid, 'usage'), false) as "isOpen",
       coalesce(pg_catalog.has_schema_privilege(r.oid, n.oid, 'create'), false) as "mayBuild"
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = 'matview'
left join pg_catalog.pg_roles r on r.rolname = $1;
