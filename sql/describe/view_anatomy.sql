-- What a diagnosis needs of one materialized view beside its state. $1: schema, $2: name. Takes no lock.
-- keyColumns: of the first unique index on plain columns, usable or not. nullsEqual: whether it takes nulls for equal. pathlessFunctions: user-made functions that the view
-- calls and whose names in the body are looked up when it runs, without a search_path of their own.
select pg_catalog.pg_relation_size(c.oid)::pg_catalog.float8 as "heapBytes",
       pg_catalog.rtrim(pg_catalog.pg_get_viewdef(c.oid), ';') as "definition",
       coalesce((select pg_catalog.json_agg(a.attname order by k.place)
                 from (select i.indkey, i.indnkeyatts
                       from pg_catalog.pg_index i
                       where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
                       order by i.indisvalid desc, i.indexrelid
                       limit 1) x,
                      pg_catalog.unnest(x.indkey::pg_catalog.int2[]) with ordinality k (attnum, place)
                 join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
                 where k.place <= x.indnkeyatts), '[]') as "keyColumns",
       coalesce((select pg_catalog.pg_get_indexdef(i.indexrelid) ~ '\) NULLS NOT DISTINCT( |$)'
                 from pg_catalog.pg_index i
                 where i.indrelid = c.oid and i.indisunique and i.indpred is null and i.indexprs is null
                 order by i.indisvalid desc, i.indexrelid
                 limit 1), false) as "nullsEqual",
       coalesce((select pg_catalog.json_agg(distinct p.oid::pg_catalog.regprocedure::pg_catalog.text)
                 from pg_catalog.pg_rewrite r
                 join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                 join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
                 join pg_catalog.pg_language l on l.oid = p.prolang
                 where r.ev_class = c.oid and p.oid >= 16384 and l.lanname not in ('internal', 'c') and p.prosqlbody is null
                   and not exists (select 1 from pg_catalog.unnest(p.proconfig) s (setting) where s.setting like 'search_path=%')),
                '[]') as "pathlessFunctions"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind = 'm';
