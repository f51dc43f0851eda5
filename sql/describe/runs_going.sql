-- Since when each job's run has been going, and the server's clock, for jobs with a run that has not ended.
-- $1: int8[] of job ids. Only the last 1,000 runs are looked at: they are found by their number, and no run lasts longer.
-- Takes no lock.
select distinct on (d.jobid) d.jobid::pg_catalog.text as "jobId",
       d.start_time as "since",
       pg_catalog.clock_timestamp() as "now"
from cron.job_run_details d
where d.jobid = any ($1::pg_catalog.int8[])
  and d.runid > (select pg_catalog.max(l.runid) - 1000 from cron.job_run_details l)
  and d.status in ('starting', 'running')
  and d.start_time is not null
  and exists (select 1 from pg_catalog.pg_stat_activity a where a.pid = d.job_pid)
order by d.jobid, d.runid desc;
