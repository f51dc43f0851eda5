-- How many rows a relation or query has, and how many each of some sets of columns tells apart; null in one of them counts for none.
-- source: its name or a query in parentheses; counts: count(distinct ...) for each set. Takes access share on what it reads.
select pg_catalog.count(*)::pg_catalog.float8 as "rows", array[:counts]::pg_catalog.float8[] as "distinct" from :source as q;
