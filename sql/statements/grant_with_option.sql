-- Grants privileges on a relation. :privileges is a list of keywords, :option is empty or ` with grant option`.
grant :privileges on table :"schema".:"view" to :"role":option;
