-- The longest usual run that succeeded of a job among the last 1,000 runs of all jobs, in seconds; null where there was none. One that took
-- more than three times the median waited for somebody. $1: the job's id. Takes no lock.
with succeeded as (
  select extract(epoch from d.end_time - d.start_time)::pg_catalog.float8 as seconds
  from cron.job_run_details d
  where d.jobid = $1::pg_catalog.int8 and d.status = 'succeeded'
    and d.runid > (select pg_catalog.max(l.runid) - 1000 from cron.job_run_details l)
)
select pg_catalog.max(s.seconds) as "seconds"
from succeeded s
where s.seconds <= 3 * (select pg_catalog.percentile_disc(0.5) within group (order by m.seconds) from succeeded m);
