-- The query of a view as the server prints it, and as it prints it for people, with the brackets that are needed only; and who owns it.
-- $1: its oid or name. Run it with an empty search_path. Takes access share on it.
select pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid, true), ';') as "readable",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner"
from pg_catalog.pg_class c
where c.oid = $1::pg_catalog.regclass;
