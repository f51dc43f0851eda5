-- Makes a function of this session that says whether pg_cron takes a schedule; the job that it makes is rolled back at once.
create function pg_temp.accepts_schedule(schedule pg_catalog.text) returns pg_catalog.bool
language plpgsql
as $function$
begin
  perform cron.schedule('fuzz-schedule', schedule, 'select 1');
  raise exception using errcode = 'MV000';
exception
  when sqlstate 'MV000' then
    return true;
  when invalid_parameter_value then
    return false;
end
$function$
