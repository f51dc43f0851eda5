-- How far a standby has replayed. $1: a position in the primary's write-ahead log, or null. Takes no lock.
select pg_catalog.pg_is_in_recovery() as "inRecovery",
       pg_catalog.current_database() as "database",
       pg_catalog.pg_wal_lsn_diff($1::pg_catalog.pg_lsn, pg_catalog.pg_last_wal_replay_lsn())::pg_catalog.float8 as "behindBytes",
       extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::pg_catalog.float8 as "replayedSecondsAgo",
       case when pg_catalog.pg_is_in_recovery() then pg_catalog.pg_is_wal_replay_paused() else false end as "isPaused";
