-- The command of a job that removes old runs of its own role from pg_cron's history, also those without an end time that a crash left
-- behind. Runs that are going on are spared, and so is what row security hides. :keep is an interval. Runs in pg_cron's database.
delete from cron.job_run_details d
where d.username = current_user
  and case
        when d.end_time is not null then d.end_time < pg_catalog.now() - interval :'keep'
        when d.start_time is not null then d.start_time < pg_catalog.now() - interval :'keep'
        else d.runid < (select pg_catalog.max(o.runid)
                        from cron.job_run_details o
                        where o.start_time < pg_catalog.now() - interval :'keep')
      end
  and (d.end_time is not null
       or not exists (select 1
                      from pg_catalog.pg_stat_activity a
                      where a.pid = d.job_pid and a.usename = d.username and a.state <> 'idle'
                        and a.backend_start <= coalesce(d.start_time, a.backend_start)));
