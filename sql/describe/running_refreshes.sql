-- Sessions that are refreshing a materialized view, or wait to: they hold or want its exclusive lock. $1: schema, $2: name. Takes no lock.
select a.pid as "pid",
       a.usename as "user",
       a.application_name as "application",
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.query_start) as "seconds"
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.mode in ('ExclusiveLock', 'AccessExclusiveLock') and l.granted
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and l.pid <> pg_catalog.pg_backend_pid()
  and n.nspname = $1 and c.relname = $2
order by a.query_start, a.pid;
