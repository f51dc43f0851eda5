-- How far the write-ahead log is written, of which standbys get what is flushed. Takes no lock.
select pg_catalog.pg_current_wal_flush_lsn()::pg_catalog.text as "position";
