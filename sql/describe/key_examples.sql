-- Key values that occur more than once or hold a null, those with most rows first. Takes access share on what it reads.
-- source, key and has_null as in key_proof; values: the columns as one array of text. $1: how many.
select :values as "values", pg_catalog.count(*)::pg_catalog.text as "rows"
from :source as q
group by :key
having pg_catalog.count(*) > 1 or :has_null
order by pg_catalog.count(*) desc, 1
limit $1;
