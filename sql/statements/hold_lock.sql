-- Holds an advisory lock until the end of the transaction: what it stands for does not change hands, or is not made twice. :key1 and :key2
-- are made from that; the least int4 is read as an int8.
select pg_catalog.pg_advisory_xact_lock((:key1)::pg_catalog.int4, (:key2)::pg_catalog.int4);
