-- Changes a job; what is not named stays. A run that is going is not stopped, unless the job becomes inactive.
-- :changes is `schedule := '...', active := true` or the like.
select cron.alter_job(:job_id, :changes);
