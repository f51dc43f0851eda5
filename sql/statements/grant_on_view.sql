-- Grants privileges on a materialized view. :privileges is a list of keywords.
grant :privileges on table :"schema".:"view" to :"role";
