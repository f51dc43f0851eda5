-- Functions whose text mentions a name and that the catalog does not tie to the relation: after a change they may fail when run.
-- $1: the relation's name. Takes no lock. 16384 is the first oid that initdb does not use: what came with the server is not read.
select p.oid::pg_catalog.regprocedure::pg_catalog.text as "function"
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
where p.oid >= 16384
  and n.nspname not in ('pg_catalog', 'information_schema')
  and p.prosqlbody is null
  and p.prosrc ~* ('(^|[^[:alnum:]_$])' || pg_catalog.regexp_replace($1, '([^[:alnum:]_])', '\\\1', 'g') || '($|[^[:alnum:]_$])')
order by 1;
