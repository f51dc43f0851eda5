-- Relations that bear the names asked for, with everything a declaration can say of a materialized view.
-- $1: text[] schemas, $2: text[] names, same length, or both null for all materialized views. Takes no lock.
select c.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       c.relname as "name",
       c.relkind::pg_catalog.text as "relationKind",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       c.relispopulated as "isPopulated",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
       coalesce(s.spcname, 'pg_default') as "tablespace",
       coalesce(am.amname, 'heap') as "accessMethod",
       coalesce(c.reloptions, '{}') as "storageParameters",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'role', coalesce(g.rolname, 'public'),
                          'privilege', pg_catalog.lower(a.privilege_type))
                        order by g.rolname, a.privilege_type)
                 from pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) a
                 left join pg_catalog.pg_roles g on g.oid = a.grantee
                 where a.grantee <> c.relowner), '[]') as "grants",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'name', x.relname,
                          'definition', pg_catalog.pg_get_indexdef(i.indexrelid),
                          'isValid', i.indisvalid and i.indisready)
                        order by x.relname)
                 from pg_catalog.pg_index i
                 join pg_catalog.pg_class x on x.oid = i.indexrelid
                 where i.indrelid = c.oid), '[]') as "indexes",
       case when c.relkind in ('m', 'v') then pg_catalog.pg_get_viewdef(c.oid) end as "definition"
from (
  -- Two branches: an `or` between them would read all relations for one.
  select c.oid
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name)
  join pg_catalog.pg_namespace n on n.nspname = w.schema_name
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.relation_name
  union
  -- Each materialized view has a rule, and there are fewer rules than relations.
  select v.oid
  from pg_catalog.pg_class v
  where $1::pg_catalog.text[] is null and v.relkind = 'm' and v.oid = any (array(select r.ev_class from pg_catalog.pg_rewrite r))
) asked
join pg_catalog.pg_class c on c.oid = asked.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
left join pg_catalog.pg_am am on am.oid = c.relam
order by n.nspname, c.relname;
