-- Drops a materialized view with its indexes; refuses while another object depends on it. Readers wait (AccessExclusive).
drop materialized view :"schema".:"view";
