-- Functions of the module in schema matview. $1: text[] of their names. One row for each that is there, and for the schema itself a row
-- whose name is null. Takes no lock.
select p.proname as "name",
       p.prosrc as "body",
       pg_catalog.pg_get_userbyid(p.proowner) as "owner",
       p.prosecdef as "isDefiner",
       coalesce(p.proconfig, '{}') as "settings",
       array(select coalesce(g.rolname, 'public')::pg_catalog.text
             from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) a
             left join pg_catalog.pg_roles g on g.oid = a.grantee
             where a.grantee <> p.proowner and a.privilege_type = 'EXECUTE'
             order by 1) as "observers",
       exists (select 1
               from pg_catalog.pg_depend d
               where d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass and d.refobjid = n.oid
                 and not (d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                          and d.objid in (select o.oid from pg_catalog.pg_proc o
                                          where o.pronamespace = n.oid and o.proname = any ($1::pg_catalog.text[])))) as "isShared"
from pg_catalog.pg_namespace n
left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.pronargs = 0 and p.proname = any ($1::pg_catalog.text[])
where n.nspname = 'matview'
order by p.proname;
