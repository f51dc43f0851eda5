-- Writes on an old view that is to be kept aside since when, until when and because of whom: in its comment, which goes when it goes.
-- Setting matview.previous: {schema, name, before: what stands in front, seconds: how long it is kept, rest: the record from there on}.
-- Keeps refreshes out until the transaction ends (ShareUpdateExclusive).
do $$
declare
  note pg_catalog.jsonb := pg_catalog.current_setting('matview.previous');
  moment pg_catalog.timestamptz := pg_catalog.now();
  form pg_catalog.text := 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"';
begin
  execute pg_catalog.format(
    'comment on materialized view %I.%I is %L',
    note ->> 'schema',
    note ->> 'name',
    pg_catalog.concat(
      note ->> 'before',
      '{"at":"', pg_catalog.to_char(moment at time zone 'utc', form),
      '","until":"',
      pg_catalog.to_char((moment + pg_catalog.make_interval(secs => (note ->> 'seconds')::pg_catalog.float8)) at time zone 'utc', form),
      '","by":', pg_catalog.to_json(session_user::pg_catalog.text),
      ',', note ->> 'rest'));
end
$$;
