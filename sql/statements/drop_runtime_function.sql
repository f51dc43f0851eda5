-- Removes a function of the schema.
drop function if exists matview.:"function"();
