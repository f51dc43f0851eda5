-- Settings that a login of a role in this database would have otherwise than this session has them now, whoever set them here.
-- $1: the role; null: the connected one. What is set for role in database, role, database and everybody, in that order of precedence,
-- is readable by all; what the server itself has is this session's reset value, unless the connected role has one of its own.
-- Left out is what decides no row: as whom and how long something runs, how transactions behave, what is logged, where it is stored; and
-- temp_buffers, which cannot be set back once a concurrent refresh has used them.
-- before: what to go back to; null for a setting that the server does not know. Takes no lock.
with known as (
  select pg_catalog.lower(pg_catalog.split_part(c.setting, '=', 1)) as key,
         pg_catalog.split_part(c.setting, '=', 1) as name,
         pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1) as value,
         s.setrole, s.setdatabase, r.rolname
  from pg_catalog.pg_db_role_setting s
  cross join lateral pg_catalog.unnest(s.setconfig) as c (setting)
  left join pg_catalog.pg_roles r on r.oid = s.setrole
  where s.setdatabase in (0, (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()))
),
job as (
  select distinct on (k.key) k.key, k.name, k.value
  from known k
  where k.setrole = 0 or k.rolname = coalesce($1::pg_catalog.name, session_user)
  order by k.key, k.setrole <> 0 desc, k.setdatabase <> 0 desc
),
own as (
  select distinct on (k.key) k.key, k.name, k.value
  from known k
  where k.setrole = 0 or k.rolname = session_user
  order by k.key, k.setrole <> 0 desc, k.setdatabase <> 0 desc
)
select coalesce(p.name, j.name, o.name) as "name",
       case when j.value is not distinct from o.value then p.reset_val
            when j.key is not null then j.value
            -- initdb gives both the zone of the machine, and this one cannot be set for a role.
            when o.key = 'timezone' and not f.readable then pg_catalog.current_setting('log_timezone')
            else coalesce(p.boot_val, '') end as "value",
       p.setting as "before",
       case when j.value is not distinct from o.value then 'session'
            when j.key is not null then 'job'
            else 'hidden' end as "origin",
       f.readable as "isFileReadable"
from job j
full join own o on o.key = j.key
full join pg_catalog.pg_settings p on pg_catalog.lower(p.name) = coalesce(j.key, o.key)
cross join (select pg_catalog.has_table_privilege('pg_catalog.pg_file_settings', 'select')
                     and pg_catalog.has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'execute') as readable) f
where (j.value is distinct from o.value or p.setting is distinct from p.reset_val)
  and case when p.name is null then coalesce(j.key, o.key) like '%.%' else p.context in ('user', 'superuser') end
  and coalesce(j.key, o.key, pg_catalog.lower(p.name)) !~ ('^(role|session_authorization|application_name|client_encoding|client_min_messages'
    || '|client_connection_check_interval|.*_timeout|tcp_.*|(default_)?transaction_(isolation|read_only|deferrable)'
    || '|log_.*|track_.*|debug_.*|auto_explain\..*|pgaudit\..*|pg_stat_statements\..*'
    || '|default_tablespace|temp_tablespaces|temp_buffers|default_table_access_method)$')
order by 1;
