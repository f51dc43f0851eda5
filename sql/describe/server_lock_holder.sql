-- The session that holds one of the module's advisory locks in any database of the server, but for this one. $1, $2: the two halves of the key.
-- Takes no lock.
select a.pid as "pid",
       a.application_name as "application",
       a.usename as "user",
       a.state as "state",
       pg_catalog.to_char(a.backend_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as "since"
from pg_catalog.pg_locks l
join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.pid <> pg_catalog.pg_backend_pid()
  and l.classid = $1::pg_catalog.int8::pg_catalog.oid and l.objid = ($2::pg_catalog.int8 & 4294967295)::pg_catalog.oid
limit 1;
