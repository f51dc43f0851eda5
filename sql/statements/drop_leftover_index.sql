-- Drops the index of a build that failed or was cut off, where there is one. Readers of the view wait for a moment (AccessExclusive).
drop index if exists :"schema".:"index";
