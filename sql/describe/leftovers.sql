-- Relations that a swap which was cut off left behind, outermost first. Takes no lock.
-- $1: schema, $2: name of what the swap built aside; what was built on it bears a temporary name too. $3: how those end.
with recursive leftover (oid, depth) as (
  select c.oid, 0
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where n.nspname = $1 and c.relname = $2 and c.relkind = 'm'
  union
  select r.ev_class, l.depth + 1
  from leftover l
  join pg_catalog.pg_depend d on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = l.oid
  join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
  join pg_catalog.pg_class c on c.oid = r.ev_class
  where r.ev_class <> l.oid and pg_catalog.right(c.relname, pg_catalog.length($3)) = $3
)
select n.nspname as "schema", c.relname as "name", c.relkind::pg_catalog.text as "kind"
from leftover l
join pg_catalog.pg_class c on c.oid = l.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
group by n.nspname, c.relname, c.relkind
order by pg_catalog.max(l.depth) desc, 1, 2;
