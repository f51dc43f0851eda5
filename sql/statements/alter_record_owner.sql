-- Gives the table of recorded refreshes another owner (AccessExclusive, for a moment).
alter table matview.:"table" owner to :"owner";
