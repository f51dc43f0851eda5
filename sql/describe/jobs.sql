-- Jobs of pg_cron that the connected role may see: row security on cron.job hides those of other roles.
-- $1: text[] of job names, or null for all. mayBeAltered: the connected role may act as the job's, and that may call alter_job. From
-- 16 on a member may act as a role only where the membership says so. Host and port are those of the server as it was when the job was made,
-- or what somebody wrote there since; null is what the connected role may not see. A standby has the jobs of its primary,
-- and says nothing of them. Takes no lock.
select j.jobid::pg_catalog.text as "jobId",
       j.jobname::pg_catalog.text as "name",
       j.username::pg_catalog.text as "user",
       j.database::pg_catalog.text as "database",
       j.schedule as "schedule",
       j.command as "command",
       j.active as "isActive",
       r.oid is null as "isOrphaned",
       r.oid is not null
         and pg_catalog.pg_has_role(r.oid, case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000
                                             then 'set' else 'member' end)
         and exists (select 1
                     from pg_catalog.pg_proc p
                     join pg_catalog.pg_namespace n on n.oid = p.pronamespace
                     where n.nspname = 'cron' and p.proname = 'alter_job'
                       and pg_catalog.has_function_privilege(r.oid, p.oid, 'execute')) as "mayBeAltered",
       j.nodename as "host",
       j.nodeport as "port",
       case when pg_catalog.pg_is_in_recovery() then j.nodeport else pg_catalog.current_setting('port')::pg_catalog.int4 end as "serverPort",
       (select s.setting from pg_catalog.pg_settings s where s.name = 'cron.host' and not pg_catalog.pg_is_in_recovery()) as "serverHost",
       (select s.setting = 'on' from pg_catalog.pg_settings s where s.name = 'cron.use_background_workers') as "usesWorkers",
       (select u.rolsuper from pg_catalog.pg_roles u where u.rolname = current_user)
         or r.oid is not null and pg_catalog.has_column_privilege(r.oid, j.tableoid, 'nodename', 'update') as "mayKeepHost"
from cron.job j
left join pg_catalog.pg_roles r on r.rolname = j.username
where $1::pg_catalog.text[] is null or j.jobname::pg_catalog.text = any ($1::pg_catalog.text[])
order by j.jobname, j.username, j.jobid;
