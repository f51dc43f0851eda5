-- Jobs of pg_cron that the connected role may see: row security on cron.job hides those of other roles.
-- $1: text[] of job names, or null for all. Takes no lock.
select j.jobid::pg_catalog.text as "jobId",
       j.jobname::pg_catalog.text as "name",
       j.username::pg_catalog.text as "user",
       j.database::pg_catalog.text as "database",
       j.schedule as "schedule",
       j.command as "command",
       j.active as "isActive",
       not exists (select 1 from pg_catalog.pg_roles r where r.rolname = j.username) as "isOrphaned"
from cron.job j
where $1::pg_catalog.text[] is null or j.jobname::pg_catalog.text = any ($1::pg_catalog.text[])
order by j.jobname, j.username, j.jobid;
