-- Roles that default privileges give rights on what the connected role creates in a schema. $1: the schema. Takes no lock.
select d.defaclobjtype::pg_catalog.text as "kind",
       coalesce(g.rolname, 'public') as "role"
from pg_catalog.pg_default_acl d
join pg_catalog.pg_roles r on r.oid = d.defaclrole and r.rolname = current_user
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
cross join lateral pg_catalog.aclexplode(d.defaclacl) a
left join pg_catalog.pg_roles g on g.oid = a.grantee
where d.defaclobjtype in ('r', 'f') and (d.defaclnamespace = 0 or n.nspname = $1)
group by 1, 2
order by 1, 2;
