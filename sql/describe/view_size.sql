-- Rows and bytes of a materialized view, as far as the last analyze knew them, its query and owner, and how often it was read since
-- the statistics of this database began. $1: schema, $2: name. Run it under an empty search_path: every name in the query is qualified then.
-- Takes access share on the view and what it reads.
select c.reltuples::pg_catalog.float8 as "rows",
       pg_catalog.pg_table_size(c.oid)::pg_catalog.float8 as "heapBytes",
       pg_catalog.pg_total_relation_size(c.oid)::pg_catalog.float8 as "totalBytes",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       c.relispopulated as "isPopulated",
       (pg_catalog.pg_stat_get_numscans(c.oid)
         + coalesce((select pg_catalog.sum(pg_catalog.pg_stat_get_numscans(i.indexrelid)) from pg_catalog.pg_index i where i.indrelid = c.oid), 0)
       )::pg_catalog.float8 as "reads",
       (select d.stats_reset from pg_catalog.pg_stat_database d where d.datname = pg_catalog.current_database()) as "readsSince"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind = 'm';
