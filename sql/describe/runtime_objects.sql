-- Functions of the module in schema matview. $1: text[] of their names. One row for each that is there. Takes no lock.
select p.proname as "name",
       p.prosrc as "body",
       pg_catalog.pg_get_userbyid(p.proowner) as "owner",
       p.prosecdef as "isDefiner",
       coalesce(p.proconfig, '{}') as "settings",
       array(select coalesce(g.rolname, 'public')::pg_catalog.text
             from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
             left join pg_catalog.pg_roles g on g.oid = a.grantee
             where a.grantee <> p.proowner and a.privilege_type = 'EXECUTE'
             order by 1) as "observers"
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where n.nspname = 'matview' and p.pronargs = 0 and p.proname = any ($1::pg_catalog.text[])
order by p.proname;
