-- Revokes privileges on a materialized view. :privileges is a list of keywords.
revoke :privileges on table :"schema".:"view" from :"role";
