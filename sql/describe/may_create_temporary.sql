-- Whether a role may create temporary tables and views in this database. $1: the role; null: this one. Takes no lock.
select
  pg_catalog.current_database() as "database",
  r.rolname::pg_catalog.text as "role",
  pg_catalog.has_database_privilege(r.oid, pg_catalog.current_database(), 'TEMP') as "mayCreateTemporary"
from pg_catalog.pg_roles r
where r.rolname operator(pg_catalog.=) coalesce($1::pg_catalog.name, current_user);
