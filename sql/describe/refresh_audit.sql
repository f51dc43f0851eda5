-- Whether the platform part's function that records a refresh by hand is in this database and open to the connected role. Takes no lock.
select coalesce(pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute'), false) as "isThere"
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = 'matview'
left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = 'record_refresh' and p.pronargs = 5;
