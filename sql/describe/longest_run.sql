-- The longest run that succeeded of a job among the last 1,000 runs of all jobs, in seconds; null where there was none.
-- $1: the job's id. Takes no lock.
select pg_catalog.max(extract(epoch from d.end_time - d.start_time))::pg_catalog.float8 as "seconds"
from cron.job_run_details d
where d.jobid = $1::pg_catalog.int8 and d.status = 'succeeded'
  and d.runid > (select pg_catalog.max(l.runid) - 1000 from cron.job_run_details l);
