-- Sets the comment of an extended statistics object.
comment on statistics :"schema".:"statistics" is :'comment';
