-- The SELECT of a materialized view as the server prints it, without the closing semicolon. $1: schema, $2: name.
-- Run it under an empty search_path: every name in it is qualified then. Takes access share on the view.
select pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind = 'm';
