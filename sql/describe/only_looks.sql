-- Whether the connected role is one that only looks: no superuser, owner of nothing, member of no role but PostgreSQL's own, and with no right
-- of its own to create in this database or in a schema. Takes no lock.
select not r.rolsuper
       and not exists (select 1 from pg_catalog.pg_auth_members m where m.member = r.oid and m.roleid >= 16384)
       and not exists (select 1 from pg_catalog.pg_class c where c.relowner = r.oid and c.relpersistence <> 't')
       and not exists (select 1 from pg_catalog.pg_namespace n
                       where n.nspname !~ '^pg_' and (n.nspowner = r.oid
                         or exists (select 1 from pg_catalog.aclexplode(n.nspacl) a where a.grantee = r.oid and a.privilege_type = 'CREATE')))
       and not exists (select 1 from pg_catalog.pg_database d
                       where d.datname = pg_catalog.current_database() and (d.datdba = r.oid
                         or exists (select 1 from pg_catalog.aclexplode(d.datacl) a where a.grantee = r.oid and a.privilege_type = 'CREATE')))
         as "onlyLooks"
from pg_catalog.pg_roles r
where r.rolname = current_user;
