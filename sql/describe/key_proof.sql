-- Whether a key is unique and not null in a query or relation: rows, key values that occur more than once (nulls taken for equal), the
-- rows that have them, rows with a null in the key, and whether an index of this server can hold those. Takes access share on what it reads.
-- source: a relation's name or a query in parentheses; key: the columns, q. before each; has_null: true where one is null.
-- Only the key is read, so the planner leaves out whatever the definition computes and joins for other columns.
select
  coalesce(pg_catalog.sum(g.rows), 0)::pg_catalog.text as "rows",
  pg_catalog.count(*) filter (where g.rows > 1)::pg_catalog.text as "duplicateGroups",
  coalesce(pg_catalog.sum(g.rows) filter (where g.rows > 1), 0)::pg_catalog.text as "duplicateRows",
  coalesce(pg_catalog.sum(g.rows) filter (where g.has_null), 0)::pg_catalog.text as "nullRows",
  pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 150000 as "mayHoldNulls"
from (
  select :has_null as has_null, pg_catalog.count(*) as rows
  from :source as q
  group by :key
) as g;
