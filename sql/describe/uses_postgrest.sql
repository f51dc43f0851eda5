-- Whether PostgREST, which keeps the schema in memory, serves this server: it connects as the role authenticator. And whether the connected
-- role may use PL/pgSQL, in which statements/must_have_kept.sql is written. And what lets the owner of the view $1, an oid, create temporary views, in
-- which a change is proved; null where that one may. Takes no lock.
select exists (select 1 from pg_catalog.pg_roles where rolname = 'authenticator') as "found",
       exists (select 1
               from pg_catalog.pg_language l
               where l.lanname = 'plpgsql' and pg_catalog.has_language_privilege(l.oid, 'usage')) as "mayUsePlpgsql",
       (select pg_catalog.format('grant temporary on database %I to %I', pg_catalog.current_database(), r.rolname)
        from pg_catalog.pg_class c join pg_catalog.pg_roles r on r.oid = c.relowner
        where c.oid = $1 and not pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'TEMP')) as "temporaryGrant";
