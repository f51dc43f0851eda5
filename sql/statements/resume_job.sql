-- Command of the job that makes another job active at a time and then removes itself; until then it does nothing.
-- One statement, for both of pg_cron's modes. :job_id and the name must both be those of the job that was paused.
select (select cron.alter_job(j.jobid, active := true)
        from cron.job j
        where j.jobid = :job_id and j.jobname::pg_catalog.text = :'job'),
       cron.unschedule(r.jobid)
from cron.job r
where r.jobname::pg_catalog.text = :'resumer' and pg_catalog.now() >= :'at'::pg_catalog.timestamptz;
