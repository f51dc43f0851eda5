-- Removes a job. In libpq mode a refresh that is running goes on.
select cron.unschedule(:job_id);
