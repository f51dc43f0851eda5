-- Grants the right to run a function. :option is empty or ` with grant option`.
grant execute on :kind :"schema".:"function"(:arguments) to :"role":option;
