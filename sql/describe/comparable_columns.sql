-- Columns of a relation in their order, and how values of each are compared: with the operator that PostgreSQL itself takes for equal in a
-- unique index or in hashing, whatever the search_path. $1: its oid or name. Takes no lock.
-- equals: null where the type, or one that it is made of, has none, as json, xml and point. isHashable: whether values that are equal have one hash.
-- measure: number where it can be added up, time where it has a least and a greatest only, null for others.
with recursive wanted as materialized (
  select a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation
  from pg_catalog.pg_attribute a
  where a.attrelid = $1::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
),
-- Types that a type is made of, each looked up by itself. A domain is its base type, and what is neither domain, array, row nor range is a leaf.
part (whole, type) as (
  select distinct w.atttypid, w.atttypid from wanted w
  union
  select p.whole, x.type
  from part p
  cross join lateral (
    select (select t.typbasetype from pg_catalog.pg_type t where t.oid = p.type and t.typtype = 'd') as type
    union all
    select (select t.typelem from pg_catalog.pg_type t where t.oid = p.type and t.typcategory = 'A')
    union all
    select (select r.rngsubtype from pg_catalog.pg_range r where p.type in (r.rngtypid, r.rngmultitypid))
    union all
    select b.atttypid
    from pg_catalog.pg_attribute b
    where b.attrelid = (select t.typrelid from pg_catalog.pg_type t where t.oid = p.type and t.typtype = 'c')
      and b.attnum > 0 and not b.attisdropped
  ) x
  where x.type <> 0
),
-- The default ones of access methods 403, btree, and 405, hash.
class as materialized (
  select c.opcintype, c.opcmethod, c.opcfamily
  from pg_catalog.pg_opclass c
  where c.opcdefault and c.opcmethod in (403, 405)
),
-- Where a type has no class of its own, one that takes its values as they are stored: of text for varchar.
leaf as materialized (
  select k.type, k.is_leaf,
         (select pg_catalog.format('operator(%I.%s)', n.nspname, o.oprname)
          from pg_catalog.pg_operator o join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
          where o.oid = coalesce(k.by_order, k.by_hash)) as equals,
         k.by_hash is not null as is_hashable
  from (select t.type,
               (select y.typtype = 'b' and not (y.typcategory = 'A' and y.typelem <> 0) from pg_catalog.pg_type y where y.oid = t.type) as is_leaf,
               (select s.amopopr
                from (select c.opcfamily, c.opcintype from class c
                      where c.opcmethod = 403 and (c.opcintype = t.type or c.opcintype = any (t.likes))
                      order by c.opcintype <> t.type, c.opcintype limit 1) c
                join pg_catalog.pg_amop s on s.amopfamily = c.opcfamily and s.amoplefttype = c.opcintype
                                         and s.amoprighttype = c.opcintype and s.amopstrategy = 3) as by_order,
               (select s.amopopr
                from (select c.opcfamily, c.opcintype from class c
                      where c.opcmethod = 405 and (c.opcintype = t.type or c.opcintype = any (t.likes))
                      order by c.opcintype <> t.type, c.opcintype limit 1) c
                join pg_catalog.pg_amop s on s.amopfamily = c.opcfamily and s.amoplefttype = c.opcintype
                                         and s.amoprighttype = c.opcintype and s.amopstrategy = 1) as by_hash
        from (select k.type,
                     array(select x.casttarget from pg_catalog.pg_cast x
                           where x.castsource = k.type and x.castmethod = 'b' and x.castcontext = 'i') as likes
              from (select distinct p.type from part p) k
              offset 0) t
        offset 0) k
),
base (whole, type) as (
  select distinct w.atttypid, w.atttypid from wanted w
  union all
  select b.whole, x.type
  from base b
  cross join lateral (select (select t.typbasetype from pg_catalog.pg_type t where t.oid = b.type and t.typtype = 'd') as type) x
  where x.type <> 0
),
comparable as materialized (
  select b.whole, b.base, b.category,
         -- A row, array, range or enumeration has the operator of all of its kind.
         case when pg_catalog.bool_or(l.equals is null) filter (where l.is_leaf) then null
              when pg_catalog.bool_or(l.is_leaf and l.type = b.base) then pg_catalog.max(l.equals) filter (where l.type = b.base)
              else 'operator(pg_catalog.=)' end as equals,
         pg_catalog.bool_and(l.is_hashable) filter (where l.is_leaf) is not false as is_hashable
  from (select b.whole, b.type as base,
               (select t.typcategory from pg_catalog.pg_type t where t.oid = b.type and t.typtype <> 'd') as category
        from base b
        offset 0) b
  join part p on p.whole = b.whole
  join leaf l on l.type = p.type
  where b.category is not null
  group by b.whole, b.base, b.category
)
select w.attname as "name",
       pg_catalog.format_type(w.atttypid, w.atttypmod) as "type",
       w.atttypid::pg_catalog.text as "typeId",
       (select pg_catalog.format('%I.%I', n.nspname, c.collname)
        from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace
        where c.oid = w.attcollation) as "collation",
       c.equals as "equals",
       c.is_hashable as "isHashable",
       case when pg_catalog.format_type(c.base, null)
                 in ('smallint', 'integer', 'bigint', 'real', 'double precision', 'numeric', 'money', 'interval') then 'number'
            when c.category = 'D' then 'time' end as "measure"
from wanted w
join comparable c on c.whole = w.atttypid
order by w.attnum;
