-- Gives a materialized view another owner; refreshes run with the owner's rights. Readers wait for a moment (AccessExclusive).
alter materialized view :"schema".:"view" owner to :"owner";
