-- Removes the function that records a refresh; what it recorded stays.
drop function if exists matview.:"function"(pg_catalog.text, pg_catalog.text, pg_catalog.text, pg_catalog.bool, pg_catalog.int8, pg_catalog.int8);
