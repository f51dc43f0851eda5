-- How long the statements that follow in this transaction wait for a lock.
set local lock_timeout = :milliseconds;
