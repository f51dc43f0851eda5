-- Removes the comment of a materialized view. Readers pass (ShareUpdateExclusive).
comment on materialized view :"schema".:"view" is null;
