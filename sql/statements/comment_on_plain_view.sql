-- Sets the comment of a plain view; :comment is a literal or null. Readers pass (ShareUpdateExclusive).
comment on view :"schema".:"view" is :comment;
