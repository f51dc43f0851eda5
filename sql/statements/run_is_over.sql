-- True when no session runs this command as this role in this database: unscheduling a job does not stop a refresh that is going.
select not exists (select 1
                   from pg_catalog.pg_stat_activity a
                   where a.datname = :'database' and a.usename = :'user' and a.query = :'command'
                     and a.state <> 'idle' and a.pid <> pg_catalog.pg_backend_pid()) as "done";
