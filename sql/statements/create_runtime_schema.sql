-- Makes the schema of what the module keeps in the database, where it is missing.
create schema if not exists matview;
