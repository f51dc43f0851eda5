-- The database that a job is to run in, and whether its role may connect to it; no row where it does not exist.
-- $1: the database, $2: the role, which must exist. Takes no lock.
select pg_catalog.has_database_privilege($2, d.oid, 'connect') as "mayConnect"
from pg_catalog.pg_database d
where d.datname = $1;
