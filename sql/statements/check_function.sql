-- Has the server read the body of a function in SQL under the search_path that a refresh has from PostgreSQL 17 on. $1: its oid.
-- The settings last as long as the transaction. Takes no lock.
select pg_catalog.set_config('check_function_bodies', 'on', true),
       pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true),
       pg_catalog.fmgr_sql_validator($1::pg_catalog.oid);
