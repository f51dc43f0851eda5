-- What tells this cluster from every other one but its physical copies. Takes no lock.
select c.system_identifier::pg_catalog.text as "systemIdentifier"
from pg_catalog.pg_control_system() c;
