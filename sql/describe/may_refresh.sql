-- Whether a role may refresh a materialized view: its owner, a member, a superuser, and from PostgreSQL 17 on who has maintain.
-- $1: oid of the view, $2: name of the role; no row when either is not there. Takes no lock.
select r.rolsuper or pg_catalog.pg_has_role(r.oid, c.relowner, 'usage')
         or case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 170000
                   then pg_catalog.has_table_privilege(r.oid, c.oid, 'maintain')
                 else false end as "mayRefresh"
from pg_catalog.pg_class c, pg_catalog.pg_roles r
where c.oid = $1::pg_catalog.oid and r.rolname = $2;
