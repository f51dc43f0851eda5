-- What of a view's query decides how many rows its list makes: aggregates, window functions, functions that return sets. $1: name of the view.
-- The tree of the query says it of each level, the outermost first. Takes no lock.
select pg_catalog.substring(r.ev_action::pg_catalog.text, ':hasAggs (true|false)') operator(pg_catalog.=) 'true' as "hasAggregates",
       pg_catalog.substring(r.ev_action::pg_catalog.text, ':hasWindowFuncs (true|false)') operator(pg_catalog.=) 'true' as "hasWindows",
       pg_catalog.substring(r.ev_action::pg_catalog.text, ':hasTargetSRFs (true|false)') operator(pg_catalog.=) 'true' as "hasSets"
from pg_catalog.pg_rewrite r
where r.ev_class = $1::pg_catalog.regclass and r.ev_type = '1';
