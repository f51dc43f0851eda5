-- Keeps refreshes, vacuum and other changes of a materialized view out until the transaction ends, while readers pass and nobody
-- queues behind (ShareUpdateExclusive): a comment, set to what it is, is the statement that takes just this lock.
comment on materialized view :"schema".:"view" is :comment;
