-- What this transaction reads and its snapshot cannot see the rows of, as names: what another session truncated, rewrote or made after the snapshot was
-- taken and before its lock was had. The catalog as a table is read by the snapshot; pg_relation_filenode says what is so now. Takes no lock.
select (pg_catalog.pg_identify_object('pg_catalog.pg_class'::pg_catalog.regclass, l.relation, 0)).identity as "relation"
from pg_catalog.pg_locks l
left join pg_catalog.pg_class c on c.oid operator(pg_catalog.=) l.relation
where l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() and l.locktype operator(pg_catalog.=) 'relation'
  and l.database operator(pg_catalog.=)
      (select d.oid from pg_catalog.pg_database d where d.datname operator(pg_catalog.=) pg_catalog.current_database())
  and pg_catalog.pg_relation_filenode(l.relation) is not null
  -- An index is read by the rows that its table has.
  and pg_catalog.pg_get_indexdef(l.relation) is null
  -- 0 is one of the server's own catalogs, which every snapshot sees.
  and (c.oid is null
       -- A refresh writes rows that every snapshot sees.
       or c.relkind operator(pg_catalog.<>) 'm' and c.relfilenode operator(pg_catalog.<>) 0
          and c.relfilenode operator(pg_catalog.<>) pg_catalog.pg_relation_filenode(l.relation))
order by 1;
