-- Reads one row of a relation, as a reader would. Takes access share.
select 1 from :"schema".:"relation" limit 1;
