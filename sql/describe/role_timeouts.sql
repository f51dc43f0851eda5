-- Statement timeouts that are set for a role in a database. $1: text[] of roles, $2: text[] of databases, or both null for all.
-- Takes no lock.
select r.rolname as "user",
       d.datname as "database",
       pg_catalog.substr(c.setting, pg_catalog.strpos(c.setting, '=') + 1) as "statementTimeout"
from pg_catalog.pg_db_role_setting s
join pg_catalog.pg_roles r on r.oid = s.setrole
join pg_catalog.pg_database d on d.oid = s.setdatabase
cross join lateral pg_catalog.unnest(s.setconfig) as c (setting)
where c.setting like 'statement\_timeout=%'
  and ($1::pg_catalog.text[] is null or r.rolname = any ($1::pg_catalog.text[]))
  and ($2::pg_catalog.text[] is null or d.datname = any ($2::pg_catalog.text[]))
order by r.rolname, d.datname;
