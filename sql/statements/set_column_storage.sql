-- Sets how long values of a column are stored (AccessExclusive); holds for values that are written later.
alter materialized view :"schema".:"view" alter column :"column" set storage :storage;
