-- How long a session waits before an autovacuum in its way is cancelled, in milliseconds. Takes no lock.
select s.setting::pg_catalog.float8 as "milliseconds"
from pg_catalog.pg_settings s
where s.name = 'deadlock_timeout';
