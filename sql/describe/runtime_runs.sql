-- Runs of another role's jobs through its own function, newest first: of each the last ones, all since a time and the one before. Takes no lock.
-- $1: int8[] job ids, $2: how many last runs, $3: timestamptz since when. The same columns as describe/runs.sql.
select r.jobid::pg_catalog.text as "jobId",
       r.runid::pg_catalog.text as "runId",
       r.job_pid as "pid",
       r.status as "status",
       r.message as "message",
       coalesce(r.start_time, r.end_time, case when r.runid < r.own then $3::pg_catalog.timestamptz - interval '1 second' end) as "at",
       r.start_time as "startedAt",
       r.end_time as "endedAt"
from (select d.*,
             pg_catalog.row_number() over (partition by d.jobid order by d.runid desc) as place,
             pg_catalog.max(d.runid) filter (where coalesce(d.start_time, d.end_time) < $3::pg_catalog.timestamptz) over (partition by d.jobid) as own
      from matview.:"function"() d
      where d.jobid = any ($1::pg_catalog.int8[])) r
where r.place <= $2::pg_catalog.int4
   or r.runid = r.own
   or coalesce(r.start_time, r.end_time) >= $3::pg_catalog.timestamptz
   or coalesce(r.start_time, r.end_time) is null and r.runid > coalesce(r.own, 0)
order by r.runid desc;
