-- Sets the comment of a materialized view. Readers pass and nobody queues behind (ShareUpdateExclusive), while refreshes, vacuum and
-- other changes are kept out until the transaction ends: set to what it is, it is the statement that takes just this lock.
-- :comment is a literal, or null.
comment on materialized view :"schema".:"view" is :comment;
