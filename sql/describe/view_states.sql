-- State of materialized views and whether a concurrent refresh can use one of their indexes.
-- $1: text[] schemas, $2: text[] names, same length, or both null for all outside the system's schemas. Waits for no lock:
-- the size of a view that a plain refresh or a change holds is what the planner knows of it.
-- analyzedAt: a first refresh and a swap analyze what they have filled, and anybody may see when; lost where statistics are reset.
select n.nspname as "schema",
       c.relname as "name",
       c.relispopulated as "isPopulated",
       pg_catalog.has_schema_privilege(n.oid, 'usage') as "hasUsage",
       pg_catalog.has_table_privilege(c.oid, 'select') or pg_catalog.has_any_column_privilege(c.oid, 'select') as "mayRead",
       pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment",
       pg_catalog.pg_stat_get_last_analyze_time(c.oid) as "analyzedAt",
       c.reltuples::pg_catalog.float8 as "estimatedRows",
       c.oid = any (held.views) as "isHeld",
       case when c.oid = any (held.views)
            then c.relpages * pg_catalog.current_setting('block_size')::pg_catalog.float8
            else pg_catalog.pg_total_relation_size(c.oid)::pg_catalog.float8 end as "bytes",
       (select x.relname
        from pg_catalog.pg_index i
        join pg_catalog.pg_class x on x.oid = i.indexrelid
        where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
        order by i.indisvalid desc, x.relname
        limit 1) as "index",
       exists (select 1
               from pg_catalog.pg_index i
               where i.indrelid = c.oid and i.indisunique and i.indisvalid
                 and i.indpred is null and i.indexprs is null) as "isConcurrent"
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
  join pg_catalog.pg_namespace n on n.oid = v.relnamespace
  where $1::pg_catalog.text[] is null and v.relkind = 'm' and v.oid = any (array(select r.ev_class from pg_catalog.pg_rewrite r))
    and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg\_temp\_%'
) asked
join pg_catalog.pg_class c on c.oid = asked.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
cross join (select array(select l.relation
                         from pg_catalog.pg_locks l
                         join pg_catalog.pg_database b on b.oid = l.database
                         where l.mode = 'AccessExclusiveLock' and b.datname = pg_catalog.current_database()) as views) held
where c.relkind = 'm'
order by n.nspname, c.relname;
