-- How many rows a source has, and figures of its columns. Takes access share on what it reads.
-- Raw: :source, a relation or a query in parentheses; :names, a name for each of its columns, in parentheses where there are any; :share, a condition on x; :figures, aggregates over x.
select pg_catalog.count(*)::pg_catalog.float8 as "rows", array[:figures]::pg_catalog.text[] as "figures"
from :source as x :names
where :share;
