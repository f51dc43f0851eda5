-- Counts the rows of a view and of its definition run now, value by value, and adds up how far the counts are apart.
-- Raw: :value, an expression over r; :filter, a condition on b.value; :source, a relation of the definition's rows or its SELECT in parentheses. Takes access share on view and sources.
select coalesce(pg_catalog.sum(c.in_view), 0)::pg_catalog.float8 as "viewRows",
       coalesce(pg_catalog.sum(c.in_sources), 0)::pg_catalog.float8 as "sourceRows",
       coalesce(pg_catalog.sum(pg_catalog.abs(c.in_view - c.in_sources)), 0)::pg_catalog.float8 as "laggingRows"
from (select b.value,
             pg_catalog.count(*) filter (where b.of_view) as in_view,
             pg_catalog.count(*) filter (where not b.of_view) as in_sources
      from (select :value as value, true as of_view from :"schema".:"view" r
            union all
            select :value, false from :source r) b
      where :filter
      group by b.value) c;
