-- Renames an object within its schema. Readers of a view wait for a moment (AccessExclusive), and pass where it is an index
-- (ShareUpdateExclusive).
alter :kind :object rename to :"new_name";
