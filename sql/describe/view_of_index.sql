-- The materialized view on which an index is to be built, as the server prints it, and its owner. $1: schema, $2: name. Takes no lock.
select c.relispopulated as "isPopulated",
       pg_catalog.pg_get_viewdef(c.oid) as "definition",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'm' and n.nspname = $1 and c.relname = $2;
