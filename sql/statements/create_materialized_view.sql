-- Creates a materialized view without data: readers get an error until its first refresh. Takes no lock that others wait for.
-- :"schema", :"view"; :storage is empty or ` with (...)`; :definition is one SELECT.
create materialized view :"schema".:"view":storage as
:definition
with no data;
