-- pg_cron in this database and what the connected role may do with it; no row where the extension is not installed.
-- Row security on cron.job shows a role its own jobs only, unless it is a superuser, bypasses it or owns the table.
select e.extversion as "version",
       pg_catalog.has_schema_privilege(n.oid, 'usage') as "hasUsage",
       pg_catalog.has_table_privilege(c.oid, 'select') as "mayReadJobs",
       coalesce(pg_catalog.bool_or(pg_catalog.has_function_privilege(p.oid, 'execute'))
                  filter (where p.proname = 'alter_job'), false) as "mayAlterJob",
       coalesce(pg_catalog.bool_or(pg_catalog.has_function_privilege(p.oid, 'execute'))
                  filter (where p.proname = 'schedule_in_database'), false) as "mayScheduleInDatabase",
       (r.rolsuper or r.rolbypassrls or pg_catalog.pg_has_role(c.relowner, 'usage')) as "seesAllJobs"
from pg_catalog.pg_extension e
join pg_catalog.pg_namespace n on n.nspname = 'cron'
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = 'job'
join pg_catalog.pg_roles r on r.rolname = current_user
left join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname in ('alter_job', 'schedule_in_database')
where e.extname = 'pg_cron'
group by e.extversion, n.oid, c.oid, r.rolsuper, r.rolbypassrls, c.relowner;
