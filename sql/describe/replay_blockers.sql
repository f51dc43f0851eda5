-- On a standby: the sessions that replay waits for, since nobody but replay asks for an exclusive lock there. Takes no lock.
select a.pid as "pid",
       a.application_name as "application",
       a.usename as "user",
       a.state as "state",
       pg_catalog.to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as "since"
from (select distinct h.pid
      from pg_catalog.pg_locks l
      -- Not pg_blocking_pids, which knows nothing of the process that replays.
      join pg_catalog.pg_locks h on h.locktype = 'relation' and h.database = l.database and h.relation = l.relation and h.granted
      where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and not l.granted and h.pid <> l.pid) w
join pg_catalog.pg_stat_activity a on a.pid = w.pid
where pg_catalog.pg_is_in_recovery()
order by a.xact_start, a.pid;
