-- Drops a plain view; refuses while another object depends on it. Readers wait (AccessExclusive).
drop view :"schema".:"view";
