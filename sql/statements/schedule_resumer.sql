-- Creates the job that makes another job active at a time, as the role that calls, in pg_cron's own database.
select cron.schedule(:'job'::pg_catalog.text, '* * * * *', :'command'::pg_catalog.text);
