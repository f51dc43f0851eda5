-- How pg_cron would run a job: as whom, and from which server's point of view the job was made. $1: job id.
-- Hosts and ports are as stored in the job: a restored copy keeps those of the server it came from. Takes no lock.
select coalesce(r.rolcanlogin, false) as "canLogin",
       r.oid is not null as "roleExists",
       j.nodename as "storedHost",
       j.nodeport as "storedPort",
       pg_catalog.current_setting('port')::pg_catalog.int4 as "port",
       (select s.setting = 'on' from pg_catalog.pg_settings s where s.name = 'cron.use_background_workers') as "usesWorkers",
       d.oid is not null as "isDatabaseThere",
       coalesce(d.datallowconn, true) as "allowsConnections",
       nullif(r.rolconnlimit, -1) as "roleLimit",
       nullif(d.datconnlimit, -1) as "databaseLimit"
from cron.job j
left join pg_catalog.pg_roles r on r.rolname = j.username
left join pg_catalog.pg_database d on d.datname = j.database
where j.jobid = $1::pg_catalog.int8;
