-- Sets the comment of an object. Readers pass and nobody queues behind (ShareUpdateExclusive), while refreshes, vacuum and other
-- changes of a view are kept out until the transaction ends: set to what it is, it is the statement that takes just this lock.
-- :comment is a literal, or null.
comment on :kind :object is :comment;
