-- Sets how many values of a column analyze keeps (ShareUpdateExclusive).
alter materialized view :"schema".:"view" alter column :"column" set statistics :target;
