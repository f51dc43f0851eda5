-- Sets or resets storage parameters of a materialized view. Readers pass (ShareUpdateExclusive) for most of them. :parameters is
-- `name = 'value', ...` behind set, a list of names behind reset.
alter materialized view :"schema".:"view" :action (:parameters);
