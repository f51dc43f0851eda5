-- Sets a security label of a materialized view.
security label for :"provider" on materialized view :"schema".:"view" is :'label';
