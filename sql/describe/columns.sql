-- Columns of a relation in their order. $1: its oid or name. Takes no lock. collation: where it is not the type's own.
select a.attname as "name",
       pg_catalog.format_type(a.atttypid, a.atttypmod) as "type",
       case when a.attcollation <> y.typcollation then a.attcollation::pg_catalog.regcollation::pg_catalog.text end as "collation"
from pg_catalog.pg_attribute a
join pg_catalog.pg_type y on y.oid = a.atttypid
where a.attrelid = $1::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
order by a.attnum;
