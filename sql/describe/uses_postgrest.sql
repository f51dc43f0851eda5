-- Whether PostgREST, which keeps the schema in memory, serves this server: it connects as the role authenticator. Takes no lock.
select exists (select 1 from pg_catalog.pg_roles where rolname = 'authenticator') as "found";
