-- The first line of pg_hba.conf that decides how a role connects. $1: database, $2: role, $3: host, empty or a folder for a socket.
-- Needs execute on pg_hba_file_rules(), which superusers have; no row for others. Names of hosts other than localhost are not looked up.
-- Takes no lock.
select r.line_number as "line",
       coalesce(pg_catalog.to_jsonb(r) ->> 'file_name', pg_catalog.current_setting('hba_file')) as "file",
       r.auth_method as "method",
       pg_catalog.concat_ws(' ', r.type, pg_catalog.array_to_string(r.database, ','), pg_catalog.array_to_string(r.user_name, ','),
                            r.address, r.auth_method) as "text"
from (select case when pg_catalog.has_function_privilege('pg_catalog.pg_hba_file_rules()', 'execute') then 1 end as may) m
cross join lateral (select * from pg_catalog.pg_hba_file_rules() f where m.may = 1) r
cross join (select (case when $3 ~ '^[0-9.]+$|:' then $3 else '127.0.0.1' end)::pg_catalog.inet as ip) h
where r.error is null
  and ('all' = any (r.database) or $1 = any (r.database) or 'sameuser' = any (r.database) and $1::pg_catalog.text = $2)
  and ('all' = any (r.user_name) or $2 = any (r.user_name)
       or exists (select 1 from pg_catalog.unnest(r.user_name) u (name)
                  where u.name like '+%' and pg_catalog.to_regrole(pg_catalog.quote_ident(pg_catalog.substr(u.name, 2))) is not null
                    and pg_catalog.pg_has_role($2::pg_catalog.name, pg_catalog.substr(u.name, 2)::pg_catalog.name, 'member')))
  and case when $3 = '' or $3 like '/%' then r.type = 'local'
           when r.type not in ('host', 'hostnossl', 'hostssl') then false
           when r.address in ('all', 'samehost', 'samenet', 'localhost') then true
           when r.netmask is null then r.address = $3
           else pg_catalog.family(h.ip) = pg_catalog.family(r.address::pg_catalog.inet)
                and h.ip & r.netmask::pg_catalog.inet = r.address::pg_catalog.inet & r.netmask::pg_catalog.inet end
order by r.line_number
limit 1;
