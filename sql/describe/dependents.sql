-- What depends on a relation, directly or through others, as edges: `parent` is what `child` mentions. Takes no lock.
-- $1: oid of the relation. A relation is mentioned through itself, its row type or the array of that. Functions with a text
-- as body are not in here: the catalog does not tie them to what they read.
with recursive
object (class, oid) as (
  select 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, $1::pg_catalog.oid
  union
  select e.child_class, e.child
  from object o
  join lateral (
    select case when r.oid is null then d.classid
                when r.rulename = '_RETURN' then 'pg_catalog.pg_class'::pg_catalog.regclass
                else d.classid end as child_class,
           case when r.rulename = '_RETURN' then r.ev_class else d.objid end as child
    from pg_catalog.pg_depend d
    left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
    where d.deptype = 'n'
      and ((d.refclassid = o.class and d.refobjid = o.oid)
           or (o.class = 'pg_catalog.pg_class'::pg_catalog.regclass
               and d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
               and d.refobjid in (select unnest(array[c.reltype, y.typarray])
                                  from pg_catalog.pg_class c
                                  left join pg_catalog.pg_type y on y.oid = c.reltype
                                  where c.oid = o.oid)))
  ) e on true
  where o.class in ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
    -- A table whose column has the row type ends the way: it is never touched.
    and (o.class <> 'pg_catalog.pg_class'::pg_catalog.regclass
         or exists (select 1 from pg_catalog.pg_class c where c.oid = o.oid and c.relkind in ('m', 'v')))
)
select distinct o.class::pg_catalog.regclass::pg_catalog.text || ' ' || o.oid as "parent",
       k.class::pg_catalog.regclass::pg_catalog.text || ' ' || k.oid as "child",
       k.oid::pg_catalog.text as "oid",
       case when k.class = 'pg_catalog.pg_class'::pg_catalog.regclass and c.relkind = 'v' then 'view'
            when k.class = 'pg_catalog.pg_class'::pg_catalog.regclass and c.relkind = 'm' then 'materialized view'
            when k.class = 'pg_catalog.pg_class'::pg_catalog.regclass then 'column'
            when k.class = 'pg_catalog.pg_proc'::pg_catalog.regclass then 'function'
            when k.class = 'pg_catalog.pg_policy'::pg_catalog.regclass then 'policy'
            else 'other' end as "kind",
       n.nspname as "schema",
       c.relname as "name",
       pg_catalog.pg_describe_object(k.class, k.oid, 0) as "label"
from object o
join lateral (
  select case when r.oid is null then d.classid
              when r.rulename = '_RETURN' then 'pg_catalog.pg_class'::pg_catalog.regclass
              else d.classid end as class,
         case when r.rulename = '_RETURN' then r.ev_class else d.objid end as oid
  from pg_catalog.pg_depend d
  left join pg_catalog.pg_rewrite r on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and r.oid = d.objid
  where d.deptype = 'n'
    and ((d.refclassid = o.class and d.refobjid = o.oid)
         or (o.class = 'pg_catalog.pg_class'::pg_catalog.regclass
             and d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
             and d.refobjid in (select unnest(array[oc.reltype, y.typarray])
                                from pg_catalog.pg_class oc
                                left join pg_catalog.pg_type y on y.oid = oc.reltype
                                where oc.oid = o.oid)))
) k on true
left join pg_catalog.pg_class c on k.class = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = k.oid
left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not (k.class = o.class and k.oid = o.oid)
  and (o.class <> 'pg_catalog.pg_class'::pg_catalog.regclass
       or exists (select 1 from pg_catalog.pg_class oc where oc.oid = o.oid and oc.relkind in ('m', 'v')))
order by 1, 2;
