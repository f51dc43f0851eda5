-- Builds an index. Readers pass, refreshes wait (Share). :kind is `index` or `unique index`, :elements is `using method (columns)`.
create :kind :"index" on :"schema".:"view" :elements;
