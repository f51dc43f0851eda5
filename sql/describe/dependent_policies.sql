-- Row security policies by oid, with their expressions as the server prints them. $1: oids. Takes no lock.
select p.oid::pg_catalog.text as "oid",
       n.nspname as "schema",
       c.relname as "table",
       p.polname as "name",
       pg_catalog.pg_get_expr(p.polqual, p.polrelid) as "using",
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) as "withCheck"
from pg_catalog.pg_policy p
join pg_catalog.pg_class c on c.oid = p.polrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where p.oid = any ($1::pg_catalog.oid[])
order by n.nspname, c.relname, p.polname;
