-- Columns of a relation in their order. $1: its oid or name. Takes no lock.
select a.attname as "name",
       pg_catalog.format_type(a.atttypid, a.atttypmod) as "type"
from pg_catalog.pg_attribute a
where a.attrelid = $1::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum;
