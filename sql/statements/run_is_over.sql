-- True when no session runs this command as this role in this database: unscheduling a job does not stop a refresh that is going.
-- What a session runs is hidden from roles without its rights: then every run of that role counts.
select not exists (select 1
                   from pg_catalog.pg_stat_activity a
                   where a.datname = :'database' and a.usename = :'user' and a.pid <> pg_catalog.pg_backend_pid()
                     and (a.query = :'command' and a.state <> 'idle'
                          or a.state is null and a.application_name like 'pg\_cron%' and a.application_name <> 'pg_cron scheduler')) as "done";
