-- Runs of jobs as pg_cron recorded them, newest first: each job's last ones, and all since a time. Takes no lock.
-- $1: int8[] job ids, $2: how many last runs of each job, $3: timestamptz since when. Reads the whole history: it has no index but runid.
-- A run that never got a connection has no start, and one that the server's end cut off has no end.
select r.jobid::pg_catalog.text as "jobId",
       r.runid::pg_catalog.text as "runId",
       r.job_pid as "pid",
       r.status as "status",
       r.return_message as "message",
       r.start_time as "startedAt",
       r.end_time as "endedAt"
from (select d.*, pg_catalog.row_number() over (partition by d.jobid order by d.runid desc) as place
      from cron.job_run_details d
      where d.jobid = any ($1::pg_catalog.int8[])) r
where r.place <= $2::pg_catalog.int4
   or coalesce(r.start_time, r.end_time) >= $3::pg_catalog.timestamptz
order by r.runid desc;
