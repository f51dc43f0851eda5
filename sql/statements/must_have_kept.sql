-- Stops the message that it stands in when a relation has not what it must have, or lets more roles in; the detail is all that was found.
-- Takes access share on indexes.
-- Setting matview.kept: {"problem": what to say, "relations": [{schema, name and whatever else a row of describe/relation_properties.sql
-- must contain}]}. That statement stands prepared as matview_relation_properties: readers wait, and it takes longer to plan than to run.
do $$
declare
  expected pg_catalog.jsonb := pg_catalog.current_setting('matview.kept');
  kept pg_catalog.jsonb := expected -> 'relations';
  found pg_catalog.jsonb := '[]';
  one record;
begin
  for one in execute pg_catalog.format(
    'execute matview_relation_properties (%L, %L)',
    array(select k ->> 'schema' from pg_catalog.jsonb_array_elements(kept) k),
    array(select k ->> 'name' from pg_catalog.jsonb_array_elements(kept) k))
  loop
    found := found || pg_catalog.to_jsonb(one);
  end loop;
  if exists (
    select 1
    from pg_catalog.jsonb_array_elements(kept) k
    left join pg_catalog.jsonb_array_elements(found) f on f ->> 'schema' = k ->> 'schema' and f ->> 'name' = k ->> 'name'
    where f is null
       or not f @> k
       or not k -> 'grants' @> (f -> 'grants')
       or exists (select 1
                  from pg_catalog.jsonb_array_elements(f -> 'columns') c
                  where c -> 'grants' <> '[]'
                    and not k -> 'columns' @> pg_catalog.jsonb_build_array(
                      pg_catalog.jsonb_build_object('name', c -> 'name', 'grants', c -> 'grants')))
  ) then
    raise exception using
      errcode = 'MV001',
      message = expected ->> 'problem',
      detail = found;
  end if;
end
$$;
