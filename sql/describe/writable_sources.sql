-- Tables that a view reads directly, with a column that the connected role may update, if any. $1: oid or name of the view. Takes no lock.
select n.nspname as "schema",
       c.relname as "relation",
       (select a.attname
        from pg_catalog.pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = ''
          and pg_catalog.has_column_privilege(c.oid, a.attnum, 'update')
        order by exists (select 1 from pg_catalog.pg_index i where i.indrelid = c.oid and a.attnum = any (i.indkey::pg_catalog.int2[])), a.attnum
        limit 1) as "column"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and c.oid in (select d.refobjid
                from pg_catalog.pg_rewrite r
                join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass and d.objid = r.oid
                where r.ev_class = $1::pg_catalog.regclass and d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
order by c.relpages desc, n.nspname, c.relname;
