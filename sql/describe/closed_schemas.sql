-- Schemas that the connected role may not use, out of a search_path and of what a view or materialized view depends on: names in them
-- are not found, or not allowed. $1, $2: schema and name of the view, $3: text[] search_path. Takes no lock.
select n.nspname as "schema",
       current_user::pg_catalog.text as "role"
from pg_catalog.pg_namespace n
where not pg_catalog.has_schema_privilege(n.oid, 'usage')
  and (n.nspname = any ($3::pg_catalog.text[])
       or n.oid in (select coalesce(c.relnamespace, p.pronamespace, t.typnamespace, o.oprnamespace)
                    from pg_catalog.pg_rewrite r
                    join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                    left join pg_catalog.pg_class c
                      on d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass and c.oid = d.refobjid and c.oid <> r.ev_class
                    left join pg_catalog.pg_proc p on d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass and p.oid = d.refobjid
                    left join pg_catalog.pg_type t on d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass and t.oid = d.refobjid
                    left join pg_catalog.pg_operator o
                      on d.refclassid = 'pg_catalog.pg_operator'::pg_catalog.regclass and o.oid = d.refobjid
                    where r.ev_class = (select v.oid
                                      from pg_catalog.pg_class v
                                      join pg_catalog.pg_namespace w on w.oid = v.relnamespace
                                      where v.relname = $2 and w.nspname = $1)))
order by n.nspname;
