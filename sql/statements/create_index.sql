-- Builds an index. Readers pass, refreshes wait (Share); with :how ` concurrently` they and writers pass too (ShareUpdateExclusive): then not
-- in a transaction, and a build that fails leaves an invalid index. :kind is `index` or `unique index`, :elements `using method (columns)`.
create :kind:how :"index" on :"schema".:"view" :elements;
