-- The comment of a relation of this name, if there is one. Takes no lock.
select pg_catalog.obj_description(c.oid, 'pg_class') as "text"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = :'schema' and c.relname = :'name';
