-- Jobs that can be seen and whose role does not exist: pg_cron's launcher fails on them at the next change, and no job runs for anyone.
-- Takes no lock.
select j.jobid::pg_catalog.text as "jobId",
       j.jobname::pg_catalog.text as "name",
       j.username as "user"
from cron.job j
where not exists (select 1 from pg_catalog.pg_roles r where r.rolname = j.username)
order by j.jobid;
