-- The oid of one relation; no row when there is none. Takes no lock.
-- $1: schema (pg_temp for this session's own temporary schema), $2: name.
select c.oid::pg_catalog.text as "oid"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname = $2
  and case when $1 = 'pg_temp' then n.oid = pg_catalog.pg_my_temp_schema() else n.nspname = $1 end;
