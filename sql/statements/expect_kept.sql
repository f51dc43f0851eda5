-- Tells statements/must_have_kept.sql what to look for, until the end of the transaction. Takes no lock.
set local matview.kept = :'kept';
