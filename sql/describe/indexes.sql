-- Relations that bear the names asked for, and the indexes of those that are materialized views, with what makes them usable for a
-- concurrent refresh. $1: text[] schemas, $2: text[] names, same length, or both null for all indexes of materialized views. Takes no lock.
select c.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       c.relname as "name",
       v.relname as "view",
       v.relkind::pg_catalog.text as "viewKind",
       i.indisunique as "isUnique",
       i.indisvalid and i.indisready as "isValid",
       not exists (select 1 from pg_catalog.unnest(i.indoption::pg_catalog.int2[]) o where o <> 0) as "isPlainOrder",
       am.amname as "method",
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) as "predicate",
       case when i.indexrelid is not null then pg_catalog.pg_get_indexdef(i.indexrelid) end as "definition",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'column', a.attname,
                          'expression', pg_catalog.pg_get_indexdef(i.indexrelid, k.ord::pg_catalog.int4, true),
                          'isKey', k.ord <= i.indnkeyatts)
                        order by k.ord)
                 from pg_catalog.unnest(i.indkey::pg_catalog.int2[]) with ordinality as k (attnum, ord)
                 left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum), '[]') as "parts"
from (
  -- Two branches: an `or` between them would read all relations for one.
  select o.oid
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name)
  join pg_catalog.pg_namespace n on n.nspname = w.schema_name
  join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = w.relation_name
  cross join lateral (select c.oid
                      union all
                      select i.indexrelid from pg_catalog.pg_index i where i.indrelid = c.oid and c.relkind = 'm') o
  union
  -- Each materialized view has a rule, and there are fewer rules than relations.
  select i.indexrelid
  from pg_catalog.pg_class v
  join pg_catalog.pg_index i on i.indrelid = v.oid
  where $1::pg_catalog.text[] is null and v.relkind = 'm' and v.oid = any (array(select r.ev_class from pg_catalog.pg_rewrite r))
) asked
join pg_catalog.pg_class c on c.oid = asked.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_index i on i.indexrelid = c.oid
left join pg_catalog.pg_class v on v.oid = i.indrelid
left join pg_catalog.pg_am am on am.oid = c.relam
order by n.nspname, c.relname;
