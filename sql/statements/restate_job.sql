-- Writes schedule and command of a job of the calling role in pg_cron's own database; its number stays, and whether it is active
-- (pg_cron: `on conflict do update`). For roles that may not call cron.alter_job.
select cron.schedule(:'job'::pg_catalog.text, :'schedule'::pg_catalog.text, :'command'::pg_catalog.text);
