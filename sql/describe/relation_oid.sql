-- The oid of one relation; no row when there is none. Takes no lock.
-- $1: schema, $2: name.
select c.oid::pg_catalog.text as "oid"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2;
