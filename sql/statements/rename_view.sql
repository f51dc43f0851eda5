-- Renames a plain view within its schema. Readers wait for a moment (AccessExclusive).
alter view :"schema".:"view" rename to :"new_name";
