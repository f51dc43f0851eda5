-- Functions that mention a view in a body that the catalog knows, or in their signature. $1: oids. Takes no lock.
-- types: oids of the relations whose row types the signature names.
select p.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       p.proname as "name",
       p.prokind::pg_catalog.text as "kind",
       pg_catalog.pg_get_function_identity_arguments(p.oid) as "arguments",
       pg_catalog.pg_get_functiondef(p.oid) as "definition",
       pg_catalog.pg_get_userbyid(p.proowner) as "owner",
       pg_catalog.obj_description(p.oid, 'pg_proc') as "comment",
       array(select distinct t.typrelid::pg_catalog.text
             from pg_catalog.pg_type y
             join pg_catalog.pg_type t on t.oid in (y.oid, y.typelem) and t.typrelid <> 0
             where y.oid = p.prorettype or y.oid = any (p.proargtypes) or y.oid = any (p.proallargtypes)) as "types",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'grantor', pg_catalog.pg_get_userbyid(a.grantor),
                          'grantee', coalesce(g.rolname, 'public'),
                          'privilege', pg_catalog.lower(a.privilege_type),
                          'grantable', a.is_grantable)
                        order by g.rolname, a.grantor, a.privilege_type)
                 from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
                 left join pg_catalog.pg_roles g on g.oid = a.grantee), '[]') as "grants"
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.oid = any ($1::pg_catalog.oid[])
order by n.nspname, p.proname, 5;
