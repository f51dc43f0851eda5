-- Sets how long values of a column are compressed (AccessExclusive); holds for values that are written later.
alter materialized view :"schema".:"view" alter column :"column" set compression :compression;
