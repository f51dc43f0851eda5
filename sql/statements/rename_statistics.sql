-- Renames extended statistics.
alter statistics :"schema".:"statistics" rename to :"new_name";
