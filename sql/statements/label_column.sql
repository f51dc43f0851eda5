-- Sets a security label of a column.
security label for :"provider" on column :"schema".:"view".:"column" is :'label';
