-- How long the last 50 runs of jobs took that succeeded: the median, and the longest of those that are usual, which did not wait for somebody.
-- $1: int8[] of job ids. Takes no lock.
with last as (
  select (extract(epoch from d.end_time - d.start_time) * 1000)::pg_catalog.float8 as ms
  from cron.job_run_details d
  where d.jobid = any ($1::pg_catalog.int8[]) and d.status = 'succeeded' and d.end_time is not null
  order by d.runid desc
  limit 50
)
select pg_catalog.percentile_cont(0.5) within group (order by l.ms) as "medianMs",
       (select pg_catalog.max(u.ms) from last u
        where u.ms <= 3 * (select pg_catalog.percentile_disc(0.5) within group (order by m.ms) from last m)) as "usualMs"
from last l;
