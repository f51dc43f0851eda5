-- Privileges that roles need on objects of this database. $1: jsonb array of {what, schema, name, privilege, role}, where what is database, schema,
-- table, or function (its name is that with types). One row each, in order. A role that does not exist has what everybody has. Takes no lock.
select o.oid is not null as "exists",
       coalesce(case n.what
                  when 'database' then pg_catalog.has_database_privilege(g.grantee, o.oid, n.privilege)
                  when 'schema' then pg_catalog.has_schema_privilege(g.grantee, o.oid, n.privilege)
                  when 'table' then pg_catalog.has_table_privilege(g.grantee, o.oid, n.privilege)
                  else pg_catalog.has_function_privilege(g.grantee, o.oid, n.privilege)
                end, false) as "isHeld",
       coalesce(case n.what
                  when 'database' then pg_catalog.has_database_privilege(o.oid, n.privilege || ' with grant option')
                  when 'schema' then pg_catalog.has_schema_privilege(o.oid, n.privilege || ' with grant option')
                  when 'table' then pg_catalog.has_table_privilege(o.oid, n.privilege || ' with grant option')
                  else pg_catalog.has_function_privilege(o.oid, n.privilege || ' with grant option')
                end, (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user)) as "mayGrant",
       pg_catalog.pg_get_userbyid(o.owner) as "keeper"
from rows from (pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb)
                  as (what pg_catalog.text, schema pg_catalog.text, name pg_catalog.text, privilege pg_catalog.text, role pg_catalog.text))
       with ordinality as n (what, schema, name, privilege, role, position)
cross join lateral (select coalesce((select r.rolname from pg_catalog.pg_roles r where r.rolname = n.role), 'public') as grantee) g
left join lateral (select d.oid, d.datdba as owner
                   from pg_catalog.pg_database d
                   where n.what = 'database' and d.datname = n.name
                   union all
                   select s.oid, s.nspowner
                   from pg_catalog.pg_namespace s
                   where n.what = 'schema' and s.nspname = n.name
                   union all
                   select c.oid, c.relowner
                   from pg_catalog.pg_class c
                   join pg_catalog.pg_namespace s on s.oid = c.relnamespace
                   where n.what = 'table' and s.nspname = n.schema and c.relname = n.name and c.relkind in ('r', 'p', 'v', 'm', 'f')
                   union all
                   select p.oid, p.proowner
                   from pg_catalog.pg_proc p
                   join pg_catalog.pg_namespace s on s.oid = p.pronamespace
                   where n.what = 'function' and s.nspname = n.schema
                     and p.proname = pg_catalog.regexp_replace(n.name, '\([^(]*\)$', '')
                     and p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' = n.name) o on true
order by n.position;
