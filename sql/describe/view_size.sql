-- Rows and bytes of a materialized view, as far as the last analyze knew them, and its query and owner. $1: schema, $2: name. Takes no lock.
select c.reltuples::pg_catalog.float8 as "rows",
       pg_catalog.pg_table_size(c.oid)::pg_catalog.float8 as "heapBytes",
       pg_catalog.pg_total_relation_size(c.oid)::pg_catalog.float8 as "totalBytes",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       c.relispopulated as "isPopulated"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind = 'm';
