-- Lets a role make its functions in the schema, as it must own them.
grant create on schema matview to :"owner";
