-- Keys that the definition, run now, gives more than one row. Raw: :columns, quoted; :counted, which of them count; :source, a relation of its rows or its SELECT in parentheses. Takes access share on the sources.
select pg_catalog.count(*)::pg_catalog.float8 as "keys"
from (select 1
      from :source q
      where :counted
      group by :columns
      having pg_catalog.count(*) > 1) d;
