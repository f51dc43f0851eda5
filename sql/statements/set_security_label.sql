-- Sets the security label of a column or a materialized view.
security label for :"provider" on :kind :object is :'label';
