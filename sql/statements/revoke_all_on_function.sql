-- Takes all rights on a function from a role. :arguments are its argument types.
revoke all privileges on :kind :"schema".:"function"(:arguments) from :"role";
