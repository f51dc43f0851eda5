-- Lets those who may read the table of recorded refreshes see all rows (AccessExclusive, for a moment).
alter table matview.:"table" disable row level security;
