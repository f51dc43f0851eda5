-- Collations by which an index of a view sorts, and whose version is not the one that the index was built with: of the database, or by name.
-- $1: name of the view. Takes no lock. From PostgreSQL 15 on.
select distinct case when k.oid = 'pg_catalog."default"'::pg_catalog.regcollation then null else n.nspname end as "schema",
       k.collname as "name",
       v.recorded as "recorded",
       v.actual as "actual"
from pg_catalog.pg_index i
cross join pg_catalog.unnest(i.indcollation::pg_catalog.oid[]) x (oid)
-- One by one: a join would read all collations for a few.
cross join lateral (select k.* from pg_catalog.pg_collation k where k.oid = x.oid offset 0) k
join pg_catalog.pg_namespace n on n.oid = k.collnamespace
join pg_catalog.pg_database d on d.datname = pg_catalog.current_database()
cross join lateral (select case when k.oid = 'pg_catalog."default"'::pg_catalog.regcollation then d.datcollversion else k.collversion end,
                           case when k.oid = 'pg_catalog."default"'::pg_catalog.regcollation then pg_catalog.pg_database_collation_actual_version(d.oid)
                                else pg_catalog.pg_collation_actual_version(k.oid) end) v (recorded, actual)
where i.indrelid = pg_catalog.to_regclass($1) and v.recorded <> v.actual
order by 1, 2;
