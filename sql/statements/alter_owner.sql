-- Gives an object another owner; refreshes of a view run with the owner's rights. Readers of a relation wait for a moment
-- (AccessExclusive).
alter :kind :object owner to :"owner";
