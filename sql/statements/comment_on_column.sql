-- Sets the comment of a column. Readers pass (ShareUpdateExclusive).
comment on column :"schema".:"view".:"column" is :'comment';
