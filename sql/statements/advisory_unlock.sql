-- Gives an advisory lock of this session back. $1, $2: its key.
select pg_catalog.pg_advisory_unlock($1::pg_catalog.int4, $2::pg_catalog.int4) as "given";
