-- When the catalog row of a relation was last changed, where the server keeps commit times. $1: schema, $2: name. Takes no lock.
select case
         when pg_catalog.current_setting('track_commit_timestamp')::pg_catalog.bool
           then pg_catalog.pg_xact_commit_timestamp(c.xmin)
       end as "changedAt"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2;
