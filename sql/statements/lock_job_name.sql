-- Keeps two sessions from making a job of one name and user at the same time, until the end of the transaction.
-- :key1 and :key2 are made from both.
select pg_catalog.pg_advisory_xact_lock(:key1, :key2);
