-- Whether a schema exists and the connected role may create in it. $1: its name. Takes no lock.
select pg_catalog.has_schema_privilege(n.oid, 'create') as "mayCreate"
from pg_catalog.pg_namespace n
where n.nspname = $1;
