-- Whether a function that records a refresh by hand is in this database, made by the view's owner, and open to the connected role.
-- $1: its name, $2: the owner. Takes no lock.
select coalesce(pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_function_privilege(p.oid, 'execute'), false) as "isThere"
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = 'matview'
left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = $1::pg_catalog.text
  and pg_catalog.oidvectortypes(p.proargtypes) = 'text, text, text, boolean, bigint, bigint'
  and pg_catalog.pg_get_userbyid(p.proowner) = $2::pg_catalog.text and p.prosecdef;
