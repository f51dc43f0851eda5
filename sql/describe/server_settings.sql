-- What the server's configuration files set. $1: text[] of names in lower case. Needs a superuser's right on the view. Takes no lock.
select pg_catalog.lower(f.name) as "key", f.setting as "value"
from pg_catalog.pg_file_settings f
where f.applied and pg_catalog.lower(f.name) = any ($1::pg_catalog.text[]);
