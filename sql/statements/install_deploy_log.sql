-- Makes the table in which the deploys of a role's views are logged, a row each, where it is missing and the connected role may make it:
-- no deploy fails for its log. Nobody but the role reads it. :tag quotes the body and does not occur in it.
do :tag
declare
  reader pg_catalog.name;
begin
  if exists (
    select
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'matview' and c.relname = :'table')
  then
    return;
  end if;
  if not exists (select from pg_catalog.pg_namespace n where n.nspname = 'matview') then
    create schema matview;
    grant usage on schema matview to public;
  end if;
  if not pg_catalog.has_schema_privilege(:'owner', 'matview', 'create') then
    grant create on schema matview to :"owner";
  end if;
  create table matview.:"table" (
    deployed_at pg_catalog.timestamptz,
    deployed_by pg_catalog.text,
    stack pg_catalog.text,
    version pg_catalog.text,
    view_schema pg_catalog.text,
    view_name pg_catalog.text,
    action pg_catalog.text,
    definition_hash pg_catalog.text,
    definition pg_catalog.text,
    rows_before pg_catalog.int8,
    rows_after pg_catalog.int8
  );
  -- What default privileges gave.
  for reader in
    select distinct r.rolname
    from pg_catalog.pg_class c
    cross join pg_catalog.aclexplode(c.relacl) a
    join pg_catalog.pg_roles r on r.oid = a.grantee
    where c.oid = pg_catalog.format('matview.%I', :'table')::pg_catalog.regclass and a.grantee <> c.relowner
  loop
    execute pg_catalog.format('revoke all on matview.%I from %I', :'table', reader);
  end loop;
  revoke all on matview.:"table" from public;
  alter table matview.:"table" owner to :"owner";
exception
  when insufficient_privilege or duplicate_table or duplicate_schema or unique_violation then
    return;
end
:tag;
