-- Cancels what a session is doing; what it did since its transaction began is rolled back. Takes no lock.
select pg_catalog.pg_cancel_backend(:pid);
