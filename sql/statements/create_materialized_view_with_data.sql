-- Creates a materialized view and fills it. Reads the sources, takes no lock that others wait for.
-- :"schema", :"view"; :storage is empty or ` with (...)`; :definition is one SELECT.
create materialized view :"schema".:"view":storage as
:definition
with data;
