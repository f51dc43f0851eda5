-- Whether a role exists, may log in, and may be acted as by the connected role. $1: the role's name. Takes no lock.
select r.rolcanlogin as "canLogin",
       r.rolsuper as "isSuperuser",
       pg_catalog.pg_has_role(current_user, r.oid, 'member') as "mayActAs"
from pg_catalog.pg_roles r
where r.rolname = $1;
