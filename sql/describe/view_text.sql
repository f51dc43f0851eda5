-- The query of a view as the server prints it, and as it prints it for people, with the brackets that are needed only.
-- $1: its oid or name. Run it with an empty search_path. Takes access share on it.
select pg_catalog.rtrim(pg_catalog.pg_get_viewdef($1::pg_catalog.regclass), ';') as "definition",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef($1::pg_catalog.regclass, true), ';') as "readable";
