-- In a transaction that is rolled back: keeps event triggers, which may refuse or note what is made, from firing on what only a look makes.
-- Does nothing for a role that may not. Takes no lock.
select pg_catalog.set_config('session_replication_role', 'replica', true)
from pg_catalog.pg_roles r
where r.rolname = current_user and r.rolsuper;
