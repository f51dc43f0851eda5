-- Gives a plain view another query; everything else about it stays. Readers of it wait (AccessExclusive).
-- :options is empty or ` with (...)`: replacing drops the options that are not repeated.
create or replace view :"schema".:"view":options as
:definition;
