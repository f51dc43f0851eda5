-- What the planner expects of reading all rows. Raw: :source, a relation's name or a query in parentheses.
explain (format json) select * from :source as q;
