-- Average size of a view's rows as stored, of a thousand of them. Takes access share.
select coalesce(pg_catalog.avg(pg_catalog.pg_column_size(s.v)), 0)::pg_catalog.float8 as "bytes"
from (select v from :"schema".:"view" v limit 1000) s;
