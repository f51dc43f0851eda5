-- The database that a job is to run in, and whether its role may connect to it; no row where it does not exist.
-- $1: the database, $2: the role; null where that does not exist. Takes no lock.
select pg_catalog.has_database_privilege(r.oid, d.oid, 'connect') as "mayConnect"
from pg_catalog.pg_database d
left join pg_catalog.pg_roles r on r.rolname = $2
where d.datname = $1;
