-- Which of the given roles can read a view, or could as soon as it is created. Takes no lock.
-- $1: text[] roles, $2: schema, $3: name of the view, $4: role that will own a view that does not exist yet (null: this role).
-- Before creation it is the default privileges that decide: those of the owner, for the schema or everywhere.
select
  r.rolname as "role",
  c.oid is not null as "exists"
from pg_catalog.pg_roles r
join pg_catalog.pg_namespace n on n.nspname = $2
left join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = $3 and c.relkind = 'm'
where r.rolname = any ($1::pg_catalog.name[])
  and pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage')
  and case
    when c.oid is not null then pg_catalog.has_any_column_privilege(r.oid, c.oid, 'select')
    else exists (
      select 1
      from pg_catalog.pg_default_acl d
      cross join lateral pg_catalog.aclexplode(d.defaclacl) as a
      where d.defaclobjtype = 'r'
        and d.defaclnamespace in (0, n.oid)
        and pg_catalog.pg_get_userbyid(d.defaclrole) = coalesce($4::pg_catalog.name, current_user)
        and a.privilege_type = 'SELECT'
        and (a.grantee = 0 or pg_catalog.pg_has_role(r.oid, a.grantee, 'usage'))
    )
  end
order by r.rolname;
