-- Some rows that one of two sources has more often than the other. Takes access share on what they read.
-- Raw: as compare_as_bags; :condition, on g; :values, the values of g; :most, how many.
select array[:values]::pg_catalog.text[] as "values", pg_catalog.abs(g.before - g.after)::pg_catalog.float8 as "times"
from (select :names,
             pg_catalog.count(*) filter (where u.matview_is_before) as before,
             pg_catalog.count(*) filter (where not u.matview_is_before) as after
      from (select :before_values, true from :before as x :before_names where :before_share
            union all
            select :after_values, false from :after as x :after_names where :after_share) as u (:names, matview_is_before)
      group by :names) g
where :condition
order by 1
limit :most;
