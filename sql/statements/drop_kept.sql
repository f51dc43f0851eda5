-- Drops the old view that a swap kept aside, if it is still there. :unless is what spares it, a condition on `kept`, its record; :settings
-- come first. Whatever else bears the name stays. :tag quotes the body and does not occur in it. The command of the job that drops what is
-- overdue is this as well. Its readers, who are none as a rule, wait for a moment (AccessExclusive).
do :tag
declare
  kept pg_catalog.jsonb := (
    select pg_catalog.substring(pg_catalog.obj_description(c.oid, 'pg_class'), 'pulumi-matview-previous: ([{][^\n]*[}])$')
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = :'schema' and c.relname = :'name' and c.relkind = 'm');
begin
  if :unless then
    return;
  end if;
  :settings
  drop materialized view :"schema".:"name";
end
:tag;
