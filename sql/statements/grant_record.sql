-- Lets a role read the table of recorded refreshes.
grant select on table matview.:"table" to :"observer";
