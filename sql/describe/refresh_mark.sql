-- A mark that every refresh of a relation renews, also a concurrent one that finds nothing to change: each refresh writes the
-- relation's row in pg_class anew, and vacuum and analyze change that row in place. Other DDL renews it too. Takes no lock.
-- $1: text[] schemas, $2: text[] names.
select c.oid::pg_catalog.text as "oid", c.xmin::pg_catalog.text as "mark"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where (n.nspname, c.relname) in (select w.schema_name, w.relation_name
                                 from rows from (pg_catalog.unnest($1::pg_catalog.text[]),
                                                 pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name))
order by n.nspname, c.relname;
