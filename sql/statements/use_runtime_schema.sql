-- Lets every role name what is in the schema; what a function shows is granted with the function.
grant usage on schema matview to public;
