-- What policies ask of a materialized view and its owner. Takes no lock.
-- $1: schema, $2: name, $3: the role that is or is to be its owner, $4: text[] roles that an API lets strangers act as.
-- The view need not be there: then nobody reads it yet.
select coalesce((select r.rolsuper from pg_catalog.pg_roles r where r.rolname = $3), false) as "ownerIsSuperuser",
       coalesce((select pg_catalog.array_agg(r.rolname::pg_catalog.text order by r.rolname)
                 from pg_catalog.pg_roles r
                 join pg_catalog.pg_namespace n on n.nspname = $1
                 join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $2 and c.relkind = 'm'
                 where r.rolname = any ($4::pg_catalog.text[])
                   and pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage')
                   and pg_catalog.has_table_privilege(r.oid, c.oid, 'select')), '{}') as "readableBy",
       exists (select 1
               from pg_catalog.pg_namespace n
               join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $2 and c.relkind = 'm'
               join pg_catalog.pg_index i on i.indrelid = c.oid
               where n.nspname = $1 and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null)
         as "hasUniqueIndex";
