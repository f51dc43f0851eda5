-- Whether a role may refresh a materialized view, and whether it can be refreshed beside its readers; no row where it does not exist.
-- $1: schema, $2: view, $3: the role; no row where that does not exist. Takes no lock. Up to 16 only the owner may refresh, from 17 on whoever may maintain it.
select c.relispopulated as "isPopulated",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       exists (select 1
               from pg_catalog.pg_index i
               where i.indrelid = c.oid and i.indisunique and i.indisvalid
                 and i.indpred is null and i.indexprs is null) as "isConcurrent",
       pg_catalog.pg_has_role(u.oid, c.relowner, 'usage')
         or (v.version >= 170000
             and pg_catalog.has_table_privilege(u.oid, c.oid, case when v.version >= 170000 then 'maintain' else 'select' end))
         as "mayRefresh"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles u on u.rolname = $3
cross join lateral (select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version) v
where c.relkind = 'm' and n.nspname = $1 and c.relname = $2;
