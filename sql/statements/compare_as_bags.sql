-- How many rows of two sources the other one has not, where rows are told apart by their values alone and each counts as often as it is there.
-- Takes access share on what they read.
-- Raw: :before, :after, a relation or a query in parentheses; :before_names, :after_names, a name for each of its columns, in parentheses where there are any; :before_values,
-- :after_values, what is compared, of x; :before_share, :after_share, a condition on x; :names, what those values are called.
select coalesce(pg_catalog.sum(g.before), 0)::pg_catalog.float8 as "before",
       coalesce(pg_catalog.sum(g.after), 0)::pg_catalog.float8 as "after",
       coalesce(pg_catalog.sum(greatest(g.before - g.after, 0)), 0)::pg_catalog.float8 as "gone",
       coalesce(pg_catalog.sum(greatest(g.after - g.before, 0)), 0)::pg_catalog.float8 as "added"
from (select pg_catalog.count(*) filter (where u.matview_is_before) as before,
             pg_catalog.count(*) filter (where not u.matview_is_before) as after
      from (select :before_values, true from :before as x :before_names where :before_share
            union all
            select :after_values, false from :after as x :after_names where :after_share) as u (:names, matview_is_before)
      group by :names) g;
