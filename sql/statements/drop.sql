-- Drops an object, a materialized view with its indexes; refuses while another object depends on it. Readers wait for a moment
-- (AccessExclusive). :kind ends with ` if exists` where the object may be gone.
drop :kind :object;
