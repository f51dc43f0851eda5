-- Runs of a job as pg_cron recorded them, newest first: the last ones, all since a time and the one before. Takes no lock.
-- $1: int8 job id, $2: how many last runs, $3: timestamptz since when. The history has no index but runid: it is read once, and not sorted.
-- A run that never got a connection has no times, and one that the server's end cut off has no end. at: when it was; null where that
-- is not recorded and no later run is known to be of before $3.
select d.jobid::pg_catalog.text as "jobId",
       d.runid::pg_catalog.text as "runId",
       d.job_pid as "pid",
       d.status as "status",
       d.return_message as "message",
       coalesce(d.start_time, d.end_time, case when d.runid < b.runid then $3::pg_catalog.timestamptz - interval '1 second' end) as "at",
       d.start_time as "startedAt",
       d.end_time as "endedAt"
from cron.job_run_details d
cross join (select pg_catalog.max(o.runid) as runid, pg_catalog.max(o.runid) filter (where o.jobid = $1::pg_catalog.int8) as own
            from cron.job_run_details o
            where coalesce(o.start_time, o.end_time) < $3::pg_catalog.timestamptz) b
where d.jobid = $1::pg_catalog.int8
  and (coalesce(d.start_time, d.end_time) >= $3::pg_catalog.timestamptz
       or coalesce(d.start_time, d.end_time) is null and d.runid > coalesce(b.runid, 0)
       or d.runid = b.own
       or d.runid >= (select pg_catalog.min(l.runid)
                      from (select r.runid
                            from cron.job_run_details r
                            where r.jobid = $1::pg_catalog.int8
                            order by r.runid desc
                            limit $2::pg_catalog.int4) l))
order by d.runid desc;
