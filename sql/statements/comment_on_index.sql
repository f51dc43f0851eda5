-- Sets the comment of an index. Readers pass (ShareUpdateExclusive).
comment on index :"schema".:"index" is :'comment';
