-- Stops an exchange, whose message it stands in before the commit, when a relation has lost what it must have or lets more roles in; the
-- detail is all that was found. Takes access share on indexes.
-- Setting matview.kept: a jsonb array of schema, name and whatever else a row of describe/relation_properties.sql must contain. That
-- statement stands prepared as matview_relation_properties: readers wait meanwhile, and it takes longer to plan than to run.
do $$
declare
  kept pg_catalog.jsonb := pg_catalog.current_setting('matview.kept');
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
      message = 'the new one would not keep all that the old one has',
      detail = found;
  end if;
end
$$;
