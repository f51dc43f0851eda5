-- Gives a plain view another owner (AccessExclusive).
alter view :"schema".:"view" owner to :"owner";
