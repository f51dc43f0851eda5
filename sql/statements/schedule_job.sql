-- Creates a job that runs in pg_cron's own database, as the role that calls. Active at once. Does nothing where the role has a
-- job of this name: cron.schedule would overwrite it without a word.
select cron.schedule(:'job'::pg_catalog.text, :'schedule'::pg_catalog.text, :'command'::pg_catalog.text)
where not exists (select 1 from cron.job j where j.jobname::pg_catalog.text = :'job' and j.username = :'owner');
