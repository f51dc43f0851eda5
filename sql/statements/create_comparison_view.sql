-- The declared definition as a temporary view, for as long as its transaction lasts. Takes access share on the sources.
-- columns: a column list in parentheses, or nothing; definition: the query without semicolon or closing comment.
create temporary view matview_declared_definition :columns as
:definition
;
