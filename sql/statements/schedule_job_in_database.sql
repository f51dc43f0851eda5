-- Creates a job for any database. :user is null, or a literal where a superuser schedules for another role; owner is the role whose
-- job it will be. :active is true or false. Does nothing where that role has a job of this name: pg_cron would overwrite it without a word.
select cron.schedule_in_database(:'job'::pg_catalog.text, :'schedule'::pg_catalog.text, :'command'::pg_catalog.text,
                                 :'database'::pg_catalog.text, :user, :active)
where not exists (select 1 from cron.job j where j.jobname::pg_catalog.text = :'job' and j.username = :'owner');
