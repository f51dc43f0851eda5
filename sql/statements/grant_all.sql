-- Grants everything on a relation.
grant all privileges on table :"schema".:"view" to :"role";
