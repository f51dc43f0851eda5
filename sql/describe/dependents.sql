-- What depends on a relation, directly or through others, as edges: `parent` is what `child` mentions. Takes no lock.
-- $1: oid of the relation. A relation is mentioned through itself, its row type or the array of that. Functions with a text
-- as body are not in here: the catalog does not tie them to what they read.
-- Each way is a branch of its own: an `or` between them would read the whole of pg_depend for every object.
with recursive edge (parent_class, parent, class, oid) as (
  select null::pg_catalog.oid, null::pg_catalog.oid, 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, $1::pg_catalog.oid
  union
  select o.class, o.oid, k.class, k.oid
  from edge o
  cross join lateral (
    select d.classid, d.objid
    from pg_catalog.pg_depend d
    where d.refclassid = o.class and d.refobjid = o.oid and d.deptype = 'n'
    union all
    select d.classid, d.objid
    from pg_catalog.pg_class c
    join pg_catalog.pg_type y on y.oid = c.reltype
    join pg_catalog.pg_depend d
      on d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and d.refobjid = any (array[y.oid, y.typarray]) and d.deptype = 'n'
    where o.class = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = o.oid
  ) d
  left join pg_catalog.pg_rewrite r
    on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid and r.rulename = '_RETURN'
  cross join lateral (
    select case when r.oid is null then d.classid else 'pg_catalog.pg_class'::pg_catalog.regclass end as class,
           coalesce(r.ev_class, d.objid) as oid
  ) k
  -- A table whose column has the row type ends the way: it is never touched.
  where case o.class
          when 'pg_catalog.pg_class'::pg_catalog.regclass
            then (select c.relkind in ('m', 'v') from pg_catalog.pg_class c where c.oid = o.oid)
          else o.class = 'pg_catalog.pg_proc'::pg_catalog.regclass
        end
    and not (k.class = o.class and k.oid = o.oid)
)
select e.parent_class::pg_catalog.regclass::pg_catalog.text || ' ' || e.parent as "parent",
       e.class::pg_catalog.regclass::pg_catalog.text || ' ' || e.oid as "child",
       e.oid::pg_catalog.text as "oid",
       case when c.relkind = 'v' then 'view'
            when c.relkind = 'm' then 'materialized view'
            when c.oid is not null then 'column'
            when e.class = 'pg_catalog.pg_proc'::pg_catalog.regclass then 'function'
            when e.class = 'pg_catalog.pg_policy'::pg_catalog.regclass then 'policy'
            else 'other' end as "kind",
       n.nspname as "schema",
       c.relname as "name",
       pg_catalog.pg_describe_object(e.class, e.oid, 0) as "label",
       pg_catalog.obj_description(c.oid, 'pg_class') as "comment"
from edge e
left join pg_catalog.pg_class c on e.class = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = e.oid
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where e.parent is not null
order by 1, 2;
