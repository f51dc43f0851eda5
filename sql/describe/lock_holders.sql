-- Sessions other than this one, and prepared transactions, that hold a lock on relations, with the modes. $1: text[] schemas, $2: text[] names;
-- both null for whoever keeps readers of any relation out, or waits to.
-- Takes no lock; what this role may not see of a session is null.
select coalesce(a.pid, 0) as "pid",
       coalesce(nullif(a.application_name, ''), a.backend_type, '') as "application",
       coalesce(a.usename, p.owner) as "user",
       coalesce(a.client_hostname, pg_catalog.host(a.client_addr)) as "host",
       case when p.gid is null then a.state else 'prepared' end as "state",
       pg_catalog.to_char(coalesce(a.xact_start, p.prepared) at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as "since",
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - coalesce(a.xact_start, p.prepared)) as "seconds",
       nullif(a.query, '<insufficient privilege>') as "statement",
       p.gid as "prepared",
       pg_catalog.array_agg(distinct l.mode) as "modes"
from pg_catalog.pg_locks l
join pg_catalog.pg_class c on c.oid = l.relation
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_activity a on a.pid = l.pid
left join pg_catalog.pg_locks x on l.pid is null and x.pid is null and x.locktype = 'transactionid' and x.virtualtransaction = l.virtualtransaction
left join pg_catalog.pg_prepared_xacts p on p.transaction = x.transactionid
where l.locktype = 'relation' and (l.granted or $1::pg_catalog.text[] is null) and l.pid is distinct from pg_catalog.pg_backend_pid()
  and coalesce(a.pid::pg_catalog.text, p.gid) is not null
  and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
  and ($1::pg_catalog.text[] is not null or l.mode = 'AccessExclusiveLock')
  and ($1::pg_catalog.text[] is null or (n.nspname, c.relname) in (select w.schema_name, w.relation_name
                                 from rows from (pg_catalog.unnest($1::pg_catalog.text[]),
                                                 pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name)))
group by a.pid, a.application_name, a.backend_type, a.usename, a.client_hostname, a.client_addr, a.state, a.xact_start, a.query, p.gid, p.owner, p.prepared
order by "since", "pid";
