-- The declared definition as a temporary view, for as long as its transaction lasts. Takes access share on the sources.
-- definition: the query without semicolon or closing comment.
create temporary view matview_declared_definition as
:definition
;
