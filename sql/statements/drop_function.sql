-- Drops a function; refuses while another object depends on it. :arguments are its argument types.
drop :kind :"schema".:"function"(:arguments);
