-- Makes the caller's job of this name inactive; for a job that was created in the same transaction and has no known id yet.
select cron.alter_job(j.jobid, active := false)
from cron.job j
where j.jobname::pg_catalog.text = :'job' and j.username = current_user;
