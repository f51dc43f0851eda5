-- Logs a deploy of a view, in its transaction, where there is a log: what was done by whom, from which stack ('' for none), the query as
-- the server prints it with its hash (as kinds/materializedView/swap/kept.ts makes it), and the rows before and after. Raw: :before and
-- :after, queries of one number, or null. :'relation' is where the new one is. :tag quotes the body and does not occur in it.
do :tag
begin
  insert into matview.:"table"
    (deployed_at, deployed_by, stack, version, view_schema, view_name, action, definition_hash, definition, rows_before, rows_after)
  select pg_catalog.now(), session_user, nullif(:'stack', ''), :'version', :'schema', :'view', :'action',
         pg_catalog.left(pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(d.definition, 'UTF8')), 'hex'), 12),
         d.definition, (:before), (:after)
  from (select pg_catalog.rtrim(pg_catalog.pg_get_viewdef(:'relation'::pg_catalog.regclass), ';') as definition) d;
exception
  when undefined_table or undefined_column or insufficient_privilege then
    return;
end
:tag;
