-- Figures of what two sources have by the same key and what only one has; as compare_by_key, with the figures that are asked for.
-- Takes access share on what they read. Raw: as there; :figures, aggregates over o and n.
select array[:figures]::pg_catalog.text[] as "figures"
from (select :before_values, pg_catalog.row_number() over () from :before as x :before_names where :before_share) as o (:names, matview_row)
full join (select :after_values, pg_catalog.row_number() over () from :after as x :after_names where :after_share) as n (:names, matview_row)
  on :key;
