-- Renames a materialized view within its schema. Readers wait for a moment (AccessExclusive).
alter materialized view :"schema".:"view" rename to :"new_name";
