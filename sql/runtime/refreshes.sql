-- Makes the table in which refreshes by hand are recorded, one row each, where it is missing. Made by the role that owns the views.
-- Every column may be null, so that one that was dropped can be added again without making anything up for older rows.
create table if not exists matview.:"table" (
  refreshed_at pg_catalog.timestamptz,
  refreshed_by pg_catalog.text,
  view_schema pg_catalog.text,
  view_name pg_catalog.text,
  reason pg_catalog.text,
  is_concurrent pg_catalog.bool,
  milliseconds pg_catalog.int8,
  row_count pg_catalog.int8
);
