-- Sessions that wait for a lock and those that make them wait, in the whole server; prepared transactions, which wait for nobody, have pid 0.
-- `refreshes` are the views of which a session holds or wants the lock that a refresh takes, `wants` is the relation that it waits for.
-- $1: text[] schemas, $2: text[] names of views. Takes no lock; what this role may not see of a session is null.
with locks as materialized (
  select l.* from pg_catalog.pg_locks l
), waiting as materialized (
  select l.pid, array(select distinct b.pid from pg_catalog.unnest(pg_catalog.pg_blocking_pids(l.pid)) b (pid) where b.pid <> l.pid) as blockers,
         l.waitstart, l.locktype, l.database, l.relation, l.transactionid, l.classid, l.objid, l.objsubid
  from locks l
  where not l.granted
), prepared as (
  select w.pid as waiter, p.gid, p.owner, p.prepared
  from waiting w
  join locks l on l.pid is null and l.granted and l.locktype = w.locktype
    and (l.database, l.relation, l.transactionid::pg_catalog.text, l.classid, l.objid, l.objsubid)
        is not distinct from (w.database, w.relation, w.transactionid::pg_catalog.text, w.classid, w.objid, w.objsubid)
  join locks x on x.pid is null and x.locktype = 'transactionid' and x.virtualtransaction = l.virtualtransaction
  join pg_catalog.pg_prepared_xacts p on p.transaction = x.transactionid
  where 0 = any (w.blockers)
), asked as (
  select c.oid, n.nspname, c.relname
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name)
  join pg_catalog.pg_namespace n on n.nspname = w.schema_name
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.relation_name
)
select a.pid as "pid",
       coalesce(nullif(a.application_name, ''), a.backend_type, '') as "application",
       a.usename as "user",
       coalesce(a.client_hostname, pg_catalog.host(a.client_addr)) as "host",
       a.state as "state",
       pg_catalog.to_char(a.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC' as "since",
       nullif(a.query, '<insufficient privilege>') as "statement",
       null as "prepared",
       coalesce(w.blockers, '{}') as "waitsFor",
       array(select p.gid from prepared p where p.waiter = a.pid) as "waitsForPrepared",
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - w.waitstart) as "waitedSeconds",
       (select n.nspname || '.' || c.relname
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where c.oid = w.relation and w.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())) as "wants",
       array(select distinct v.nspname || '.' || v.relname
                        from locks l join asked v on v.oid = l.relation
                        where l.pid = a.pid and l.locktype = 'relation' and l.mode in ('ExclusiveLock', 'AccessExclusiveLock')
                          and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())) as "refreshes"
from pg_catalog.pg_stat_activity a
left join lateral (select * from waiting w where w.pid = a.pid limit 1) w on true
where a.pid in (select w.pid from waiting w union all select b.pid from waiting w, pg_catalog.unnest(w.blockers) b (pid))
union all
select distinct 0, '', p.owner, null, 'prepared', pg_catalog.to_char(p.prepared at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC', null,
       p.gid, '{}'::pg_catalog.int4[], '{}'::pg_catalog.text[], null::pg_catalog.float8, null, '{}'::pg_catalog.text[]
from prepared p;
