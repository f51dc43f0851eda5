-- The last run and the last run that succeeded of each job. $1: text[] of job ids. Takes no lock.
-- Runs have no index but runid, so each job is looked up from the newest run backwards.
select j.jobid::pg_catalog.text as "jobId",
       l.status as "status",
       l.return_message as "message",
       l.start_time as "startedAt",
       l.end_time as "endedAt",
       s.end_time as "succeededAt"
from pg_catalog.unnest($1::pg_catalog.int8[]) as j (jobid)
left join lateral (select d.status, d.return_message, d.start_time, d.end_time
                   from cron.job_run_details d
                   where d.jobid = j.jobid
                   order by d.runid desc
                   limit 1) l on true
left join lateral (select d.end_time
                   from cron.job_run_details d
                   where d.jobid = j.jobid and d.status = 'succeeded'
                   order by d.runid desc
                   limit 1) s on true;
