-- Number of rows of a view. Takes access share.
select pg_catalog.count(*)::pg_catalog.text as "rows" from :"schema".:"view";
