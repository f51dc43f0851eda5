-- No time limits, where the condition holds. local: true for this transaction, false for the session. Takes no lock.
select pg_catalog.set_config('statement_timeout', '0', :local), pg_catalog.set_config('idle_in_transaction_session_timeout', '0', :local)
where :condition;
