-- What a refresh of a view needs rights for, and whether it has them: it runs with the rights of the view's owner, whoever runs it, and
-- plain views below read as their own owner, unless they are security_invoker. The use of a source's schema or of a type is not needed.
-- $1: name of the view or of a copy of its query, $2: the owner, or null for that of the view $3, as it is there, or else the connected
-- role, $4: schema of the view where its name is looked up as the owner, $5: whether the refresh is concurrent. A whole row counts as any
-- column; functions of a plain view below count where all its columns are read, for what is not read is not run. No row where the role
-- does not exist. Takes no lock.
with recursive owner as (
  select o.oid
  from pg_catalog.pg_roles o
  where o.rolname = coalesce($2, (select pg_catalog.pg_get_userbyid(x.relowner)
                                  from pg_catalog.pg_class x where x.oid = pg_catalog.to_regclass($3)), current_user)
), views (oid, reader, is_whole) as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid, o.oid, true
  from owner o
  union
  select c.oid,
         case when exists (select 1 from pg_catalog.pg_options_to_table(c.reloptions) p
                           where p.option_name = 'security_invoker' and p.option_value::pg_catalog.bool) then o.oid else c.relowner end,
         v.is_whole and c.relnatts = (select count(distinct a.refobjsubid)
                                      from pg_catalog.pg_depend a
                                      where a.classid = d.classid and a.objid = d.objid
                                        and a.refclassid = d.refclassid and a.refobjid = c.oid and a.refobjsubid > 0)
  from views v
  cross join owner o
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.ev_type = '1'
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
  where c.relkind = 'v' and c.oid <> v.oid
), relations as (
  select c.oid, c.relnamespace, c.relname, v.reader, pg_catalog.array_remove(pg_catalog.array_agg(d.refobjsubid), 0) as columns
  from views v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.ev_type = '1'
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
  -- A relation that is only named, as in pg_relation_size('t'), is not read.
  where c.oid <> v.oid and pg_catalog.strpos(r.ev_action::pg_catalog.text, ':relid ' || c.oid || ' ') > 0
  group by c.oid, c.relnamespace, c.relname, v.oid, v.reader
), called as (
  select d.refclassid, d.refobjid
  from views v
  join pg_catalog.pg_rewrite r on r.ev_class = v.oid and r.ev_type = '1'
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
  where v.is_whole
  union
  select d.refclassid, d.refobjid
  from pg_catalog.pg_index i
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = i.indexrelid
  where i.indrelid = pg_catalog.to_regclass($3)
), functions as (
  select distinct p.oid, p.pronamespace, p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' as name
  from called c
  left join pg_catalog.pg_operator o on c.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass and o.oid = c.refobjid
  join pg_catalog.pg_proc p on p.oid = o.oprcode or c.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = c.refobjid
), rights as (
  select 'table' as what, 'select' as privilege, n.nspname as schema, r.relname as name, r.reader,
         pg_catalog.has_table_privilege(r.reader, r.oid, 'select')
           or case when r.columns = '{}' then pg_catalog.has_any_column_privilege(r.reader, r.oid, 'select')
                   else (select bool_and(pg_catalog.has_column_privilege(r.reader, r.oid, c.number::pg_catalog.int2, 'select'))
                         from pg_catalog.unnest(r.columns) c (number)) end as is_held
  from relations r
  join pg_catalog.pg_namespace n on n.oid = r.relnamespace
  union
  select 'function', 'execute', n.nspname, f.name, o.oid, pg_catalog.has_function_privilege(o.oid, f.oid, 'execute')
  from functions f
  join pg_catalog.pg_namespace n on n.oid = f.pronamespace
  cross join owner o
  union
  select 'schema', 'usage', '', n.nspname, o.oid, pg_catalog.has_schema_privilege(o.oid, n.oid, 'usage')
  from pg_catalog.pg_namespace n
  cross join owner o
  where n.nspname = $4
  union
  select 'table', 'select', n.nspname, c.relname, o.oid, pg_catalog.has_table_privilege(o.oid, c.oid, 'select')
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join owner o on o.oid = c.relowner
  where $5::pg_catalog.bool and c.oid = pg_catalog.to_regclass($3)
  union
  select 'database', 'temporary', '', pg_catalog.current_database(), o.oid,
         pg_catalog.has_database_privilege(o.oid, pg_catalog.current_database(), 'temporary')
  from owner o
  where $5::pg_catalog.bool
)
select t.what,
       t.privilege,
       t.schema as "schema",
       t.name as "name",
       u.rolname as "role",
       t.reader = o.oid as "isOwners",
       pg_catalog.bool_and(t.is_held) as "isHeld"
from rights t
cross join owner o
join pg_catalog.pg_roles u on u.oid = t.reader
group by t.what, t.privilege, t.schema, t.name, u.rolname, t.reader, o.oid
order by t.what desc, t.schema, t.name, u.rolname;
