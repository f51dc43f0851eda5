-- Whether PostgREST, which keeps the schema in memory, serves this server: it connects as the role authenticator. And whether the connected
-- role may use PL/pgSQL, in which statements/must_have_kept.sql is written. Takes no lock.
select exists (select 1 from pg_catalog.pg_roles where rolname = 'authenticator') as "found",
       exists (select 1
               from pg_catalog.pg_language l
               where l.lanname = 'plpgsql' and pg_catalog.has_language_privilege(l.oid, 'usage')) as "mayUsePlpgsql";
