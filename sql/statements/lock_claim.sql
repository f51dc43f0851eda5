-- Keeps an object from changing hands until the end of the transaction: who takes it over holds the same advisory lock.
-- $1, $2: made from the object's kind and name.
select pg_catalog.pg_advisory_xact_lock($1::pg_catalog.int4, $2::pg_catalog.int4);
