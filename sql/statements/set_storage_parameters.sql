-- Sets storage parameters of a materialized view. Readers pass (ShareUpdateExclusive) for most of them. :parameters is `name = 'value', ...`.
alter materialized view :"schema".:"view" set (:parameters);
