-- What the catalog knows of the relations in a definition: columns, which are never null, which sets of them are unique.
-- Parameters as in lint_functions.sql. Takes no lock.
-- A table with plain inheritance children gives their rows too, which its own unique indexes and constraints say nothing of.
select distinct on (w.written_schema, w.name)
  w.written_schema as "writtenSchema",
  w.name,
  array(
    select a.attname::pg_catalog.text from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    order by a.attnum
  ) as "columns",
  array(
    select a.attname::pg_catalog.text from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attnotnull and not h.has_plain_children
    order by a.attnum
  ) as "notNull",
  coalesce((
    select pg_catalog.json_agg((
      select pg_catalog.json_agg(a.attname order by a.attnum) from pg_catalog.pg_attribute a
      where a.attrelid = c.oid and a.attnum = any ((i.indkey::pg_catalog.int2[])[0 : i.indnkeyatts - 1])
    ) order by i.indexrelid)
    from pg_catalog.pg_index i
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null
      and not h.has_plain_children
  ), '[]') as "uniqueKeys"
from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (written_schema, name)
join pg_catalog.pg_class c on c.relname = w.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join lateral (
  select c.relkind in ('r', 'f') and exists (
    select 1 from pg_catalog.pg_inherits i where i.inhparent = c.oid
  ) as has_plain_children
) as h
where case
  when w.written_schema = '' then n.nspname = 'pg_catalog' or n.nspname = any ($3::pg_catalog.text[])
  else n.nspname = w.written_schema
end
order by w.written_schema, w.name, pg_catalog.array_position(array['pg_catalog'] || $3::pg_catalog.text[], n.nspname::pg_catalog.text);
