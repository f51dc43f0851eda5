-- Removes the schema, which must be empty.
drop schema matview;
