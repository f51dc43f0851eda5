-- Lets everybody call the function that records a refresh; it asks by itself who may.
grant execute on function matview.:"function"(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.int8, pg_catalog.int8) to public;
