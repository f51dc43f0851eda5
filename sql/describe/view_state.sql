-- State of one materialized view; no row when there is none. $1: schema, $2: name. Takes no lock.
select c.oid::pg_catalog.text as "oid",
       c.relispopulated as "isPopulated",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       pg_catalog.pg_has_role(current_user, c.relowner, 'usage') as "mayRefresh",
       pg_catalog.pg_total_relation_size(c.oid)::pg_catalog.text as "bytes",
       exists (select 1
               from pg_catalog.pg_attribute a
               where a.attrelid = c.oid and a.attname = 'vista_actualizada_at' and not a.attisdropped) as "hasStamp"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'm' and n.nspname = $1 and c.relname = $2;
