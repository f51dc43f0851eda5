-- Cancels the sessions that run this command as this role in this database; what they did so far is rolled back.
select pg_catalog.pg_cancel_backend(a.pid)
from pg_catalog.pg_stat_activity a
where a.datname = :'database' and a.usename = :'user' and a.query = :'command'
  and a.state <> 'idle' and a.pid <> pg_catalog.pg_backend_pid();
