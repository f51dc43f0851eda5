-- Who owns a relation, and whether the connected role may change it: its owner, a member of that role, a superuser. $1: schema, $2: name.
-- `mayDrop`: whoever owns the schema may drop what is in it, too. Takes no lock.
select pg_catalog.pg_get_userbyid(c.relowner) as "owner",
       pg_catalog.pg_has_role(c.relowner, 'usage') as "mayChange",
       pg_catalog.pg_has_role(c.relowner, 'usage') or pg_catalog.pg_has_role(n.nspowner, 'usage') as "mayDrop"
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2;
