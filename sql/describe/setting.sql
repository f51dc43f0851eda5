-- A setting as the server has it, in its own unit; no row where the role may not see it, or there is none. $1: its name. Takes no lock.
select s.setting as "setting"
from pg_catalog.pg_settings s
where s.name = $1;
