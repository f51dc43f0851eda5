-- Drops an index. Readers of the view wait for a moment (AccessExclusive).
drop index :"schema".:"index";
