-- Takes a lock that only means something to the module, for as long as the session lasts; never waits. $1, $2: its key.
select pg_catalog.pg_try_advisory_lock($1::pg_catalog.int4, $2::pg_catalog.int4) as "taken";
