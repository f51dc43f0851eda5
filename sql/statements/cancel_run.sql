-- Cancels the sessions that run this command as this role in this database; what they did so far is rolled back. Which sessions
-- these are is decided as in run_is_over.sql.
select pg_catalog.pg_cancel_backend(a.pid)
from pg_catalog.pg_stat_activity a
where a.datname = :'database' and a.usename = :'user'
  and (a.query = :'command' or pg_catalog.starts_with(a.query, :'command' || E'\n/* pulumi-matview: ')
       or pg_catalog.octet_length(a.query) > 500 and pg_catalog.starts_with(:'command', a.query))
  and a.state <> 'idle' and a.pid <> pg_catalog.pg_backend_pid();
