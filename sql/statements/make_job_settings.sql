-- Makes the settings that :settings finds, describe/job_settings with its $1, for the rest of the transaction, and keeps what leave_job_settings
-- goes back to. Fails where one may not be made, and where the server's own value stands in a file, so that this one may be wrong. All are
-- found before the first is made. Takes no lock.
with found as materialized (
  :settings
),
kept as materialized (
  select pg_catalog.set_config('matview.settings_before',
           coalesce(pg_catalog.jsonb_object_agg(f.name, f.before) filter (where f.before is not null), '{}')::pg_catalog.text, true) as before
  from found f
)
select f.name, f.before, f.origin, f."isFileReadable",
       case when f.name is null then true
            when f.origin = 'hidden' and f."isFileReadable" then 1 / pg_catalog.length(pg_catalog.left(f.name, 0)) = 0
            else pg_catalog.set_config(f.name, f.value, true) is not null end as "isMade"
from kept k left join found f on k.before is not null;
