-- Creates a job for any database. :user is null, or a literal where a superuser schedules for another role. :active is true or false.
select cron.schedule_in_database(:'job'::pg_catalog.text, :'schedule'::pg_catalog.text, :'command'::pg_catalog.text,
                                 :'database'::pg_catalog.text, :user, :active);
