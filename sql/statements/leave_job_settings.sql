-- Goes back to the settings from before make_job_settings. Takes no lock.
select pg_catalog.set_config(s.key, s.value, true) is not null as "isMade"
from pg_catalog.jsonb_each_text(pg_catalog.current_setting('matview.settings_before')::pg_catalog.jsonb) s;
