-- Some rows in which two sources differ, by their key. Takes access share on what they read.
-- Raw: as compare_by_key; :condition, on o and n; :old, :new, the values; :place, in which order; :most, how many.
select array[:old]::pg_catalog.text[] as "before", array[:new]::pg_catalog.text[] as "after"
from (select :before_values, pg_catalog.row_number() over () from :before as x :before_names where :before_share) as o (:names, matview_row)
full join (select :after_values, pg_catalog.row_number() over () from :after as x :after_names where :after_share) as n (:names, matview_row)
  on :key
where :condition
order by :place
limit :most;
