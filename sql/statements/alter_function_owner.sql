-- Gives a function another owner.
alter :kind :"schema".:"function"(:arguments) owner to :"owner";
