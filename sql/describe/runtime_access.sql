-- Whether the connected role may call a role's own function in schema matview. $1: the function's name, $2: the role that must own it:
-- another role's could show anything, $3: its argument types as the catalog writes them. Takes no lock.
select exists (select 1
               from pg_catalog.pg_proc p
               join pg_catalog.pg_namespace n on n.oid = p.pronamespace
               where n.nspname = 'matview' and p.proname = $1 and pg_catalog.oidvectortypes(p.proargtypes) = $3 and p.prosecdef
                 and pg_catalog.pg_get_userbyid(p.proowner) = $2
                 and pg_catalog.has_schema_privilege(n.oid, 'usage')
                 and pg_catalog.has_function_privilege(p.oid, 'execute')) as "mayCall";
