-- Relations that bear the names asked for, and the indexes of those that are materialized views, with what makes them usable for a
-- concurrent refresh, and all that can be declared of them. $1: text[] schemas (pg_temp is this session's), $2: text[] names, same length, or both null for all indexes of materialized views. Takes no lock.
select c.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       c.relname as "name",
       v.relname as "view",
       v.relkind::pg_catalog.text as "viewKind",
       i.indisunique as "isUnique",
       i.indisvalid and i.indisready as "isValid",
       am.amname as "method",
       pg_catalog.pg_get_expr(i.indpred, i.indrelid) as "predicate",
       case when i.indexrelid is not null then pg_catalog.pg_get_indexdef(i.indexrelid) end as "definition",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
       -- Missing before PostgreSQL 15.
       coalesce((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false) as "nullsNotDistinct",
       coalesce(c.reloptions, '{}') as "options",
       s.spcname as "tablespace",
       coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
                          'column', case when k.attnum > 0 then a.attname end,
                          'expression', pg_catalog.pg_get_indexdef(i.indexrelid, k.ord::pg_catalog.int4, true),
                          'isKey', k.ord <= i.indnkeyatts,
                          -- Where it is not the usual one.
                          'collation', case when k.collation_oid <> coalesce(nullif(a.attcollation, 0), y.typcollation)
                                         then k.collation_oid::pg_catalog.regcollation::pg_catalog.text end,
                          'operatorClass', case when not o.opcdefault or p.attoptions is not null
                                             then pg_catalog.format('%I.%I', os.nspname, o.opcname) end,
                          'parameters', p.attoptions,
                          'isDescending', k.flags & 1 = 1,
                          'isNullsFirst', k.flags & 2 = 2,
                          'statistics', case when coalesce(p.attstattarget, -1) >= 0 then p.attstattarget end)
                        order by k.ord)
                 from rows from (pg_catalog.unnest(i.indkey::pg_catalog.int2[]), pg_catalog.unnest(i.indcollation::pg_catalog.oid[]),
                                 pg_catalog.unnest(i.indclass::pg_catalog.oid[]), pg_catalog.unnest(i.indoption::pg_catalog.int2[]))
                      with ordinality as k (attnum, collation_oid, class_oid, flags, ord)
                 join pg_catalog.pg_attribute p on p.attrelid = i.indexrelid and p.attnum = k.ord
                 join pg_catalog.pg_type y on y.oid = p.atttypid
                 left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum and k.attnum > 0
                 left join pg_catalog.pg_opclass o on o.oid = k.class_oid
                 left join pg_catalog.pg_namespace os on os.oid = o.opcnamespace), '[]') as "parts"
from (
  -- Two branches: an `or` between them would read all relations for one.
  select o.oid
  from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (schema_name, relation_name)
  join pg_catalog.pg_namespace n
    on n.nspname = case w.schema_name
                     when 'pg_temp' then (select t.nspname from pg_catalog.pg_namespace t where t.oid = pg_catalog.pg_my_temp_schema())
                     else w.schema_name end
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
left join pg_catalog.pg_tablespace s on s.oid = c.reltablespace
order by n.nspname, c.relname;
