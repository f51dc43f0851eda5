-- Moves a materialized view with its indexes to another schema. Readers wait for a moment (AccessExclusive).
alter materialized view :"schema".:"view" set schema :"new_schema";
