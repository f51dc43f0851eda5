-- What this server is and what the connected role may do on it. Takes no lock.
-- Without a launcher also why: preloaded, the libraries (null where the role may not see the setting); missingCronDatabase, the database that
-- the launcher would connect to, where that cannot be.
select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "serverVersion",
       pg_catalog.current_database() as "database",
       current_user as "currentUser",
       r.rolsuper as "isSuperuser",
       pg_catalog.pg_is_in_recovery() as "inRecovery",
       (select w.sender_host || ':' || w.sender_port from pg_catalog.pg_stat_wal_receiver w) as "replaysFrom",
       -- Who receives and replays, or does so for all that this role may know.
       array(select pg_catalog.concat_ws(' at ', s.application_name, pg_catalog.host(s.client_addr))
             from pg_catalog.pg_stat_replication s
             where (s.state is null or s.state <> 'backup' and s.replay_lsn is not null)
               and not exists (select from pg_catalog.pg_replication_slots p where p.active_pid = s.pid and p.slot_type = 'logical')
             order by 1) as "standbys",
       -- Who set it, on a server that is no standby.
       case when not pg_catalog.pg_is_in_recovery() and pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool
            then (select s.source from pg_catalog.pg_settings s where s.name = 'default_transaction_read_only') end as "readOnlyBy",
       l.pid is not null as "launcherRuns",
       l.datname as "launcherDatabase",
       case when l.pid is null then (select s.setting
                                     from pg_catalog.pg_settings s
                                     where s.name = 'shared_preload_libraries') end as "preloaded",
       case when l.pid is null then (select s.setting
                                     from pg_catalog.pg_settings s
                                     where s.name = 'cron.database_name'
                                       and not exists (select 1
                                                       from pg_catalog.pg_database d
                                                       where d.datname = s.setting and d.datallowconn)) end as "missingCronDatabase"
from pg_catalog.pg_roles r
left join (select a.pid, a.datname
           from pg_catalog.pg_stat_activity a
           where a.application_name = 'pg_cron scheduler'
           limit 1) l on true
where r.rolname = current_user;
