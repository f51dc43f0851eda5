-- Renames an index. Readers pass (ShareUpdateExclusive).
alter index :"schema".:"index" rename to :"new_name";
