-- Gives extended statistics another owner.
alter statistics :"schema".:"statistics" owner to :"owner";
