-- Shows a role's own runs to whoever may call the function, without what a message says behind its first line: that may quote a row.
-- Owned by that role, whose rights it has; it sees nothing else.
create or replace function matview.:"function"()
returns table (jobid pg_catalog.int8, runid pg_catalog.int8, job_pid pg_catalog.int4, status pg_catalog.text, message pg_catalog.text,
               start_time pg_catalog.timestamptz, end_time pg_catalog.timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp
as $matview$
  select d.jobid, d.runid, d.job_pid, d.status, pg_catalog.split_part(d.return_message, E'\n', 1), d.start_time, d.end_time
  from cron.job_run_details d
  where d.username = current_user
$matview$;
