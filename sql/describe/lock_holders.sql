-- Sessions that hold a lock on relations, other than this one. $1: text[] schemas, $2: text[] names. forMs: how long the transaction goes on;
-- null where this role may not know. Takes no lock.
select a.pid as "pid",
       a.application_name as "application",
       a.usename as "user",
       a.state as "state",
       pg_catalog.to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as "since",
       extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::pg_catalog.float8 * 1000 as "forMs",
       pg_catalog.string_agg(distinct n.nspname || '.' || c.relname, ', ') as "relations"
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.granted and l.pid <> pg_catalog.pg_backend_pid()
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and (n.nspname, c.relname) in (select w.schema_name, w.relation_name
                                 from rows from (pg_catalog.unnest($1::pg_catalog.text[]),
                                                 pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name))
group by a.pid, a.application_name, a.usename, a.state, a.xact_start
order by a.xact_start, a.pid;
