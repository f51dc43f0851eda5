-- Adds a column that the table of recorded refreshes has lost; it is null in older rows (AccessExclusive, for a moment). :type is its type.
alter table matview.:"table" add column :"column" :type;
