-- Makes the settings that :settings finds, describe/job_settings with its $1, for the rest of the transaction. isOpen: the server's own value
-- stands in a file, so that this one may be wrong. All are found before the first is made. Takes no lock.
with found as materialized (
  :settings
)
select f.origin = 'hidden' and f."isFileReadable" as "isOpen",
       pg_catalog.set_config(f.name, f.value, true) is not null as "isMade"
from found f;
