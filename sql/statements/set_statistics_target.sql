-- Sets how many values extended statistics keep.
alter statistics :"schema".:"statistics" set statistics :target;
