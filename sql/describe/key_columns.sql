-- Columns of a relation that could be part of a key: of a type that a unique index can hold. Likeliest first, as far as an analyze told this
-- role. $1: its oid or name. Takes no lock.
select a.attname as "name"
from pg_catalog.pg_attribute a
join pg_catalog.pg_class c on c.oid = a.attrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_type t on t.oid = a.atttypid
-- By the row: the view of all statistics lets no join into it.
left join lateral (select x.null_frac, x.n_distinct
                   from pg_catalog.pg_stats x
                   where x.schemaname = n.nspname and x.tablename = c.relname and x.attname = a.attname
                   limit 1) s on true
where a.attrelid = $1::pg_catalog.regclass and a.attnum > 0 and not a.attisdropped
  and (t.typtype = 'e'
       or exists (select 1
                  from pg_catalog.pg_opclass o
                  join pg_catalog.pg_am m on m.oid = o.opcmethod and m.amname = 'btree'
                  where o.opcdefault
                    and o.opcintype = case when t.oid = 'pg_catalog.varchar'::pg_catalog.regtype
                                             then 'pg_catalog.text'::pg_catalog.regtype::pg_catalog.oid
                                           when t.typtype = 'd' then t.typbasetype
                                           else t.oid end))
order by coalesce(s.null_frac > 0, false),
         case when s.n_distinct < 0 then s.n_distinct else 0 end,
         case when s.n_distinct > 0 then -s.n_distinct else 0 end,
         a.attnum;
