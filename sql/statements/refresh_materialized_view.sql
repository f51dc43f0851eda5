-- Recomputes a materialized view. Readers wait for the whole build (AccessExclusive).
refresh materialized view :"schema".:"view";
