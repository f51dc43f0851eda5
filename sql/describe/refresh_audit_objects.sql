-- The module's table of recorded refreshes and the function that writes it, in schema matview. $1: name of the table, $2: of the function,
-- $3: of the role that owns both. Always one row; table and function are null where they are missing. Takes no lock.
select exists (select 1
               from pg_catalog.pg_class c
               where c.relkind = 'm' and c.oid = any (array(select r.ev_class from pg_catalog.pg_rewrite r))
                 and pg_catalog.pg_get_userbyid(c.relowner) = $3::pg_catalog.text) as "isInUse",
       (select pg_catalog.jsonb_build_object(
                 'kind', c.relkind,
                 'owner', pg_catalog.pg_get_userbyid(c.relowner),
                 'hidesRows', c.relrowsecurity,
                 'columns', (select pg_catalog.jsonb_object_agg(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod))
                             from pg_catalog.pg_attribute a
                             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
                 'grants', coalesce((select pg_catalog.jsonb_object_agg(g.grantee, g.privileges)
                                     from (select coalesce(r.rolname, 'public') as grantee,
                                                  pg_catalog.string_agg(pg_catalog.lower(x.privilege_type), ', ' order by x.privilege_type) as privileges
                                           from pg_catalog.aclexplode(c.relacl) x
                                           left join pg_catalog.pg_roles r on r.oid = x.grantee
                                           where x.grantee <> c.relowner
                                           group by 1) g), '{}'))
        from pg_catalog.pg_class c
        where c.relnamespace = n.oid and c.relname = $1::pg_catalog.text) as "table",
       (select pg_catalog.jsonb_build_object(
                 'body', p.prosrc,
                 'owner', pg_catalog.pg_get_userbyid(p.proowner),
                 'isDefiner', p.prosecdef,
                 'settings', coalesce(p.proconfig, '{}'),
                 'isOpen', exists (select 1
                                   from pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x
                                   where x.grantee = 0 and x.privilege_type = 'EXECUTE'))
        from pg_catalog.pg_proc p
        where p.pronamespace = n.oid and p.proname = $2::pg_catalog.text
          and pg_catalog.oidvectortypes(p.proargtypes) = 'text, text, text, boolean, bigint, bigint') as "function"
from (select 1) one
left join pg_catalog.pg_namespace n on n.nspname = 'matview';
