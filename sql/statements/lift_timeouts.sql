-- No time limits for this session, where the condition holds. Takes no lock.
select pg_catalog.set_config('statement_timeout', '0', false), pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false)
where :condition;
