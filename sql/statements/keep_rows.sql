-- Keeps rows for the rest of the transaction. Raw: :columns, of r or none; :source, a relation or a query in parentheses.
create temporary table matview_source_rows on commit drop as
select :columns from :source as r;
