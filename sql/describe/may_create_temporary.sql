-- Whether this role may create temporary tables and views in this database. Takes no lock.
select
  pg_catalog.current_database() as "database",
  current_user::pg_catalog.text as "role",
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') as "mayCreateTemporary";
