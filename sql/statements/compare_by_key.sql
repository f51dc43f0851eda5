-- How rows of two sources differ that have the same key, and which have none of theirs on the other side. Takes access share on what they read.
-- A row that is met by two of the other side counts twice in metBefore or metAfter, so that a key that is not unique shows.
-- Raw: :before, :after, a relation or a query in parentheses; :before_names, :after_names, a name for each of its columns, in parentheses where there
-- are any; :before_values, :after_values, the key and what is compared, of x; :before_share, :after_share, a condition on x; :names, what those values
-- are called; :key, a condition on o and n; :is_null_before, :is_null_after, whether the key has a null; :differs, whether a pair differs;
-- :marks, of a pair that does, a sign for each column; :counts, of columns, by the signs of g.mark. Pairs are counted by their signs first,
-- so that nothing more is done about those that are the same.
select coalesce(pg_catalog.max(g.before), 0)::pg_catalog.float8 as "before",
       coalesce(pg_catalog.max(g.after), 0)::pg_catalog.float8 as "after",
       coalesce(pg_catalog.sum(g.met_before), 0)::pg_catalog.float8 as "metBefore",
       coalesce(pg_catalog.sum(g.met_after), 0)::pg_catalog.float8 as "metAfter",
       coalesce(pg_catalog.sum(g.rows) filter (where g.met_after = 0), 0)::pg_catalog.float8 as "gone",
       coalesce(pg_catalog.sum(g.rows) filter (where g.met_before = 0), 0)::pg_catalog.float8 as "added",
       coalesce(pg_catalog.sum(g.rows) filter (where g.mark = 'null before'), 0)::pg_catalog.float8 as "nullBefore",
       coalesce(pg_catalog.sum(g.rows) filter (where g.mark = 'null after'), 0)::pg_catalog.float8 as "nullAfter",
       coalesce(pg_catalog.sum(g.rows) filter (where g.met_before > 0 and g.met_after > 0 and g.mark is not null), 0)::pg_catalog.float8 as "changed",
       array[:counts]::pg_catalog.float8[] as "counts"
from (select case
               when n.matview_row is null then case when :is_null_before then 'null before' else 'gone' end
               when o.matview_row is null then case when :is_null_after then 'null after' else 'added' end
               when :differs then pg_catalog.concat(:marks)
             end as mark,
             pg_catalog.count(*) as rows,
             pg_catalog.max(o.matview_row) as before,
             pg_catalog.max(n.matview_row) as after,
             pg_catalog.count(o.matview_row) as met_before,
             pg_catalog.count(n.matview_row) as met_after
      from (select :before_values, pg_catalog.row_number() over () from :before as x :before_names where :before_share) as o (:names, matview_row)
      full join (select :after_values, pg_catalog.row_number() over () from :after as x :after_names where :after_share) as n (:names, matview_row)
        on :key
      group by 1) g;
