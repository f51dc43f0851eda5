-- Functions that the names in a definition may mean. Takes no lock.
-- $1: text[] schemas as written ('' where none is), $2: text[] names, same length, $3: text[] schemas of the search path.
-- isBuiltIn: came with the server. hasParsedBody: begin atomic, whose names were resolved when it was created.
select
  w.written_schema as "writtenSchema",
  n.nspname as "schema",
  p.proname as "name",
  pg_catalog.pg_get_function_identity_arguments(p.oid) as "arguments",
  p.pronargs - p.pronargdefaults as "fewestArguments",
  case when p.provariadic = 0 then p.pronargs end as "mostArguments",
  p.provolatile::pg_catalog.text as "volatility",
  p.oid < 16384 as "isBuiltIn",
  l.lanname as "language",
  p.prosqlbody is not null as "hasParsedBody",
  exists (select 1 from pg_catalog.unnest(p.proconfig) as s (setting) where s.setting like 'search_path=%') as "hasSearchPath"
from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as w (written_schema, name)
join pg_catalog.pg_proc p on p.proname = w.name
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_language l on l.oid = p.prolang
where case
  when w.written_schema = '' then n.nspname = 'pg_catalog' or n.nspname = any ($3::pg_catalog.text[])
  else n.nspname = w.written_schema
end
order by n.nspname, p.proname, p.oid;
