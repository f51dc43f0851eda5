-- How the rows of two queries differ that are made of the same source rows, each of which is a row of one, of the other, or of both. As compare_by_key
-- says it. notUnique: keys that one side has twice; apart: keys that both have, of two source rows. Takes access share on what it reads.
-- Raw: :both, a query in parentheses; :both_names, a name for each of its columns, the last two whether it is a row of the one and of the other;
-- :share, a condition on x; :before_values, :after_values, what is compared, of x; :names, what those values are called; :key, the key, of o; :is_null,
-- whether it has a null; :differs, whether a pair differs; :marks, of a pair that does, a sign for each column; :counts, of columns, by the signs of
-- g.mark. Keys are counted by their signs first, so that nothing more is done about those that are the same.
select coalesce(pg_catalog.sum(g.before * g.rows), 0)::pg_catalog.float8 as "before",
       coalesce(pg_catalog.sum(g.after * g.rows), 0)::pg_catalog.float8 as "after",
       coalesce(pg_catalog.sum(g.rows) filter (where g.before > 1 or g.after > 1), 0)::pg_catalog.float8 as "notUnique",
       coalesce(pg_catalog.sum(g.rows) filter (where g.before > 0 and g.after > 0 and g.pairs = 0), 0)::pg_catalog.float8 as "apart",
       coalesce(pg_catalog.sum(g.rows) filter (where g.met_after = 0), 0)::pg_catalog.float8 as "gone",
       coalesce(pg_catalog.sum(g.rows) filter (where g.met_before = 0), 0)::pg_catalog.float8 as "added",
       coalesce(pg_catalog.sum(g.rows) filter (where g.is_null and g.before > 0), 0)::pg_catalog.float8 as "nullBefore",
       coalesce(pg_catalog.sum(g.rows) filter (where g.is_null and g.after > 0), 0)::pg_catalog.float8 as "nullAfter",
       coalesce(pg_catalog.sum(g.rows) filter (where g.mark is not null), 0)::pg_catalog.float8 as "changed",
       array[:counts]::pg_catalog.float8[] as "counts"
from (select k.mark, k.is_null, k.before, k.after, k.before as met_before, k.after as met_after, k.pairs, pg_catalog.count(*) as rows
      from (select :is_null as is_null,
                   pg_catalog.count(*) filter (where x.in_before) as before,
                   pg_catalog.count(*) filter (where x.in_after) as after,
                   pg_catalog.count(*) filter (where x.in_before and x.in_after) as pairs,
                   pg_catalog.max(case when x.in_before and x.in_after and (:differs) then pg_catalog.concat(:marks) end) as mark
            from :both as x :both_names
            cross join lateral (select :before_values) as o (:names)
            cross join lateral (select :after_values) as n (:names)
            where (x.in_before or x.in_after) and :share
            group by :key) k
      group by k.mark, k.is_null, k.before, k.after, k.pairs) g;
