-- Sets the comment of a function. :arguments are its argument types.
comment on :kind :"schema".:"function"(:arguments) is :'comment';
