-- No time limits, and an end of what runs soon after its client is gone, where the condition holds and the server can see that (Linux).
-- lock_timeout: how long a statement waits for a lock, 0 for ever. local: true for this transaction, false for the session. Takes no lock.
select pg_catalog.set_config('statement_timeout', '0', :local), pg_catalog.set_config('idle_in_transaction_session_timeout', '0', :local),
  pg_catalog.set_config('lock_timeout', :'lock_timeout', :local),
  case when pg_catalog.current_setting('client_connection_check_interval', true) is not null and pg_catalog.version() like '%linux%'
       then pg_catalog.set_config('client_connection_check_interval', '500ms', :local) end
where :condition;
