-- Creates a job that runs in pg_cron's own database, as the role that calls. Active at once.
select cron.schedule(:'job'::pg_catalog.text, :'schedule'::pg_catalog.text, :'command'::pg_catalog.text);
