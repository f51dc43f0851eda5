-- Resets storage parameters of a materialized view to the server's defaults. :parameters is a list of names.
alter materialized view :"schema".:"view" reset (:parameters);
