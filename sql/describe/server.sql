-- What this server is and what the connected role may do on it. Takes no lock.
select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "serverVersion",
       pg_catalog.current_database() as "database",
       current_user as "currentUser",
       r.rolsuper as "isSuperuser",
       pg_catalog.pg_is_in_recovery() as "inRecovery",
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'temporary') as "mayCreateTemporary",
       exists (select 1
               from pg_catalog.pg_stat_activity a
               where a.application_name = 'pg_cron scheduler') as "launcherRuns"
from pg_catalog.pg_roles r
where r.rolname = current_user;
