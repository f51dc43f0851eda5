-- Settings that decide what a definition means and how it is printed. Takes no lock.
-- search_path: schemas as in SET search_path; local: true for this transaction, false for the session. Nothing is set, and no row answers,
-- where the condition does not hold.
select
  pg_catalog.set_config('search_path', :'search_path', :local),
  pg_catalog.set_config('TimeZone', 'UTC', :local),
  pg_catalog.set_config('DateStyle', 'ISO, MDY', :local),
  pg_catalog.set_config('IntervalStyle', 'postgres', :local),
  pg_catalog.set_config('quote_all_identifiers', 'off', :local),
  pg_catalog.set_config('standard_conforming_strings', 'on', :local),
  pg_catalog.set_config('transform_null_equals', 'off', :local),
  pg_catalog.set_config('bytea_output', 'hex', :local),
  pg_catalog.set_config('extra_float_digits', '1', :local)
where :condition;
