-- Names of the columns of a relation that need not be there, in their order. $1: schema, $2: name. Takes no lock.
select a.attname as "name"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped
order by a.attnum;
