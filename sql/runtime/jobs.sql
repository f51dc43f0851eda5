-- Shows a role's own jobs to whoever may call the function: row security on cron.job hides them from every other role, also through a view.
-- Owned by that role, whose rights it has; it sees nothing else.
create or replace function matview.:"function"()
returns table (jobid pg_catalog.int8, jobname pg_catalog.text, schedule pg_catalog.text, command pg_catalog.text,
               database pg_catalog.text, username pg_catalog.text, active pg_catalog.bool)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $matview$
  select j.jobid, j.jobname::pg_catalog.text, j.schedule, j.command, j.database::pg_catalog.text, j.username::pg_catalog.text, j.active
  from cron.job j
  where j.username = current_user
$matview$;
