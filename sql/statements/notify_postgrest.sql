-- Tells PostgREST, when this transaction commits, to read the schema again.
notify pgrst, 'reload schema';
