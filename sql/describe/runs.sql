-- Runs of jobs as pg_cron recorded them, newest first: of each the last ones, all since a time and the one before. Takes no lock.
-- $1: int8[] job ids, $2: how many last runs, $3: timestamptz since when. The history has no index but runid: it is read for all jobs at once.
-- A run that never got a connection has no times, and one that the server's end cut off has no end. at: when it was; null where that
-- is not recorded and no later run is known to be of before $3.
select d.jobid::pg_catalog.text as "jobId",
       d.runid::pg_catalog.text as "runId",
       d.job_pid as "pid",
       d.status as "status",
       d.return_message as "message",
       coalesce(m.at, case when m.runid < b.runid then $3::pg_catalog.timestamptz - interval '1 second' end) as "at",
       d.start_time as "startedAt",
       d.end_time as "endedAt"
from (select h.runid,
             h.at,
             pg_catalog.row_number() over (partition by h.jobid order by h.runid desc) as place,
             pg_catalog.max(h.runid) filter (where h.at < $3::pg_catalog.timestamptz) over (partition by h.jobid) as own
      from (select o.jobid, o.runid, coalesce(o.start_time, o.end_time) as at
            from cron.job_run_details o
            where o.jobid = any ($1::pg_catalog.int8[])) h) m
join cron.job_run_details d on d.runid = m.runid
cross join (select pg_catalog.max(o.runid) as runid
            from cron.job_run_details o
            where coalesce(o.start_time, o.end_time) < $3::pg_catalog.timestamptz) b
where m.at >= $3::pg_catalog.timestamptz
   or m.at is null and m.runid > coalesce(b.runid, 0)
   or m.runid = m.own
   or m.place <= $2::pg_catalog.int4
order by d.runid desc;
