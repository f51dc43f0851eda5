-- Whether a role exists, may log in, and may be acted as by the connected role. $1: the role's name. Takes no lock.
-- From 16 on a member may act as a role only where the membership says so.
select r.rolcanlogin as "canLogin",
       r.rolsuper as "isSuperuser",
       pg_catalog.pg_has_role(current_user, r.oid,
                              case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 160000
                                then 'set' else 'member' end) as "mayActAs"
from pg_catalog.pg_roles r
where r.rolname = $1;
