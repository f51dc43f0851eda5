-- Gives a policy the same expressions again, which ties it to what their names mean now (AccessExclusive on its table).
-- :expressions is `using (...) with check (...)`.
alter policy :"policy" on :"schema".:"table" :expressions;
