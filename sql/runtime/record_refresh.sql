-- Records a refresh by hand for whoever may refresh the view: members of its owner, and from PostgreSQL 17 on who holds MAINTAIN on it.
-- Who did it is the role that logged in and no parameter, so nobody writes under another's name. Owned by the views' owner, whose rights it has.
-- psql fills in nothing between the dollars: by hand, write the table's name there.
create function matview.:"function"(view_schema pg_catalog.text, view_name pg_catalog.text, reason pg_catalog.text,
                                    is_concurrent pg_catalog.bool, milliseconds pg_catalog.int8, row_count pg_catalog.int8)
returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp
as $matview$
declare
  refreshed pg_catalog.oid := (select c.oid
                               from pg_catalog.pg_class c
                               join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                               where n.nspname = view_schema and c.relname = view_name and c.relkind = 'm'
                                 and pg_catalog.pg_get_userbyid(c.relowner) = current_user);
begin
  if refreshed is null then
    raise undefined_table using message = pg_catalog.format('%s owns no materialized view %I.%I', current_user, view_schema, view_name);
  end if;
  if not pg_catalog.pg_has_role(session_user, current_user, 'member')
     and not (case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 170000
                   then pg_catalog.has_table_privilege(session_user, refreshed, 'maintain') else false end) then
    raise insufficient_privilege using message = pg_catalog.format('%s may not refresh %I.%I', session_user, view_schema, view_name);
  end if;
  if pg_catalog.char_length(reason) > 500 then
    raise string_data_right_truncation using message = 'a reason has at most 500 characters';
  end if;
  insert into matview.:"table" (refreshed_at, refreshed_by, view_schema, view_name, reason, is_concurrent, milliseconds, row_count)
  values (pg_catalog.clock_timestamp(), session_user, view_schema, view_name, reason, is_concurrent, milliseconds, row_count);
end
$matview$;
