-- Time zone by which pg_cron (1.5 and later) reads schedules; no row where the role may not see the setting, or it does not exist.
select s.setting as "timeZone"
from pg_catalog.pg_settings s
where s.name = 'cron.timezone';
