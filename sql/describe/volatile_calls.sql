-- Functions that may give another value at each call, wherever a view calls them, or a plain view that it reads. statement_timestamp is one between
-- two statements. $1: name of the view. Takes no lock.
-- relationSchema, relationName: the plain view by which the view comes to it; null where the view calls it itself. isSampling: whether it is the
-- method of a TABLESAMPLE, which takes other rows each time without REPEATABLE.
with recursive views (oid, way) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid, null::pg_catalog.oid
  union
  select c.oid, coalesce(v.way, c.oid)
  from views v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.ev_type = '1'
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
  where c.relkind = 'v' and c.oid <> v.oid
)
select distinct m.nspname as "relationSchema",
       c.relname as "relationName",
       n.nspname as "schema",
       p.proname as "name",
       f.found[1] operator(pg_catalog.=) 'tsmhandler' as "isSampling"
from views v
join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.ev_type = '1'
-- The tree of the query names each function that it calls by its oid.
cross join lateral pg_catalog.regexp_matches(r.ev_action::pg_catalog.text, ':(func|opfunc|aggfn|winfn|tsmhandler)(?:id|oid)? (\d+)', 'g') as f (found)
join pg_catalog.pg_proc p on p.oid = f.found[2]::pg_catalog.oid
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
left join pg_catalog.pg_class c on c.oid = v.way
left join pg_catalog.pg_namespace m on m.oid = c.relnamespace
where case f.found[1]
        when 'tsmhandler' then r.ev_action::pg_catalog.text like '%:repeatable <>%'
        else p.provolatile = 'v' or p.proname = 'statement_timestamp' and n.nspname = 'pg_catalog'
      end
order by 3, 4, 1, 2;
