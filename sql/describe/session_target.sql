-- Whether this server replays another one, and whether its sessions may not write. Takes no lock.
select pg_catalog.pg_is_in_recovery() as "inRecovery",
       pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool as "readOnly";
