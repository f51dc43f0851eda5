-- The last run of a job. $1: the job's id. Takes no lock. Runs have no index but runid: it is looked up from the newest run backwards.
select d.status as "status", d.return_message as "message", d.start_time as "startedAt"
from cron.job_run_details d
where d.jobid = $1::pg_catalog.int8
order by d.runid desc
limit 1;
