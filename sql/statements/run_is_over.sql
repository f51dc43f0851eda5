-- True when no session runs this command as this role in this database: unscheduling a job does not stop a refresh that is going.
-- Behind the command may stand who manages the job; of a long text PostgreSQL keeps the beginning (track_activity_query_size).
-- What a session runs is hidden from roles without its rights: then every run of that role counts.
select not exists (select 1
                   from pg_catalog.pg_stat_activity a
                   where a.datname = :'database' and a.usename = :'user' and a.pid <> pg_catalog.pg_backend_pid()
                     and (a.state <> 'idle'
                          and (a.query = :'command' or pg_catalog.starts_with(a.query, :'command' || E'\n/* pulumi-matview: ')
                               or pg_catalog.octet_length(a.query) > 500 and pg_catalog.starts_with(:'command', a.query))
                          or a.state is null and a.application_name like 'pg\_cron%' and a.application_name <> 'pg_cron scheduler')) as "done";
