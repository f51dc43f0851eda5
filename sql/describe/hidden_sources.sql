-- Tables whose row security hides rows from a refresh, each with the role that reads it there and the policies that choose its rows.
-- $1: name of a view, or null; $2: who owns it and reads what it names, or null for the owner of the view $3, as it is there, or else the
-- connected role; $4: text[] of relations that the owner reads besides, or null. A role that does not exist is one that has nothing.
-- What a plain view names its own owner reads, unless it is a security_invoker view.
-- Stored rows have no row security: what materialized views read is theirs. Partitions are read with the policies of the table named.
-- No row for who bypasses row security, owns a table whose row security is not forced, or is let through by a policy that is true and no
-- restrictive one. Takes no lock.
with recursive start as (
  select pg_catalog.to_regclass($1)::pg_catalog.oid as oid,
         pg_catalog.to_regrole(pg_catalog.quote_ident(w.name))::pg_catalog.oid as role,
         w.name
  from (select coalesce($2, (select pg_catalog.pg_get_userbyid(c.relowner) from pg_catalog.pg_class c where c.oid = pg_catalog.to_regclass($3)),
                        current_user)::pg_catalog.text as name) w
),
read (oid, role) as (
  select oid, role from start where oid is not null
  union
  select pg_catalog.to_regclass(n.name)::pg_catalog.oid, s.role
  from start s, pg_catalog.unnest($4::pg_catalog.text[]) n (name)
  where pg_catalog.to_regclass(n.name) is not null
  union
  select d.refobjid,
         case when v.oid is not distinct from s.oid
                   or exists (select 1 from pg_catalog.pg_options_to_table(v.reloptions) o
                              where o.option_name = 'security_invoker' and o.option_value::pg_catalog.bool)
           then s.role else v.relowner end
  from read r
  join start s on true
  join pg_catalog.pg_class v on v.oid = r.oid and (v.relkind = 'v' or v.oid = s.oid)
  join pg_catalog.pg_rewrite w on w.ev_class = v.oid
  join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = w.oid
  where d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid <> v.oid
)
select n.nspname as "schema",
       c.relname as "name",
       coalesce(o.rolname, s.name) as "role",
       t.rolname as "tableOwner",
       c.relforcerowsecurity as "isForced",
       coalesce(p.names, '{}') as "policies"
from (select distinct oid, role from read) r
join start s on true
join pg_catalog.pg_class c on c.oid = r.oid and c.relkind in ('r', 'p') and c.relrowsecurity
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles t on t.oid = c.relowner
left join pg_catalog.pg_roles o on o.oid = r.role
cross join lateral (
  select pg_catalog.array_agg(q.polname::pg_catalog.text order by q.polname) as names,
         pg_catalog.bool_or(q.polpermissive and q.is_true) and not pg_catalog.bool_or(not q.polpermissive and not q.is_true) as is_open
  from (select q.polname, q.polpermissive, pg_catalog.pg_get_expr(q.polqual, q.polrelid) = 'true' as is_true
        from pg_catalog.pg_policy q
        where q.polrelid = c.oid and q.polcmd in ('r', '*')
          and exists (select 1 from pg_catalog.unnest(q.polroles) m (role)
                      where m.role = 0 or r.role is not null and pg_catalog.pg_has_role(r.role, m.role, 'usage'))) q
) p
where not coalesce(o.rolsuper or o.rolbypassrls, false)
  and not (not c.relforcerowsecurity and r.role is not null and pg_catalog.pg_has_role(r.role, c.relowner, 'usage'))
  and p.is_open is not true
order by n.nspname, c.relname, 3;
