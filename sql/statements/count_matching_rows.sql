-- Rows of a view whose column has one value, compared as text; raw :value is an expression over r. Takes access share.
select pg_catalog.count(*)::pg_catalog.float8 as "rows"
from :"schema".:"view" r
where :value = :'wanted';
