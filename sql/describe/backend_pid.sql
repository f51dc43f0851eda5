-- Process id of this session's backend. Takes no lock.
select pg_catalog.pg_backend_pid() as "pid";
