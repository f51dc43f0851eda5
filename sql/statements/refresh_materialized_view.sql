-- Recomputes a materialized view. Readers wait for the whole build (AccessExclusive); with :how `concurrently ` they pass and other refreshes
-- wait (Exclusive): then it must have data and a usable unique index.
refresh materialized view :how:"schema".:"view";
