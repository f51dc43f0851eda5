-- What roles may do with pg_cron in this database. $1: text[] of role names; roles that do not exist give no row. Takes no lock.
select r.rolname as "user",
       pg_catalog.has_schema_privilege(r.oid, n.oid, 'usage') as "hasUsage",
       coalesce(pg_catalog.bool_or(pg_catalog.has_function_privilege(r.oid, p.oid, 'execute'))
                  filter (where p.proname = 'alter_job'), false) as "mayAlterJob",
       coalesce(pg_catalog.bool_or(pg_catalog.has_function_privilege(r.oid, p.oid, 'execute'))
                  filter (where p.proname = 'schedule_in_database'), false) as "mayScheduleInDatabase"
from pg_catalog.pg_namespace n
cross join pg_catalog.pg_roles r
left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname in ('alter_job', 'schedule_in_database')
where n.nspname = 'cron' and r.rolname = any ($1::pg_catalog.text[])
group by r.oid, r.rolname, n.oid;
