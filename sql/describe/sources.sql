-- Relations that a view reads directly, and whether a role may read each: a refresh runs with the rights of the view's owner.
-- $1: name of the view, $2: the role, or null for the owner of the view $3, as it is there, or else the connected role. A privilege on
-- every column used would do as well, so any column counts. No row where the role does not exist. Takes no lock.
select distinct n.nspname as "schema",
       c.relname as "name",
       o.rolname as "role",
       pg_catalog.has_schema_privilege(o.oid, n.oid, 'usage')
         and (pg_catalog.has_table_privilege(o.oid, c.oid, 'select')
              or pg_catalog.has_any_column_privilege(o.oid, c.oid, 'select')) as "mayRead"
from pg_catalog.pg_rewrite r
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
join pg_catalog.pg_class c on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.refobjid = c.oid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_roles o on o.rolname = coalesce($2, (select pg_catalog.pg_get_userbyid(x.relowner)
                                                           from pg_catalog.pg_class x where x.oid = pg_catalog.to_regclass($3)), current_user)
where r.ev_class = pg_catalog.to_regclass($1) and c.oid <> r.ev_class
order by n.nspname, c.relname;
