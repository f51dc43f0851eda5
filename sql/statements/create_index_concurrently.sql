-- Builds an index beside readers and writers (ShareUpdateExclusive); not in a transaction. A build that fails leaves an invalid index.
-- :kind is `index` or `unique index`, :elements is `using method (columns)`.
create :kind concurrently :"index" on :"schema".:"view" :elements;
