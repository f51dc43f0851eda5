-- Sets how many values of an index expression analyze keeps (ShareUpdateExclusive). :column is its number.
alter index :"schema".:"index" alter column :column set statistics :target;
