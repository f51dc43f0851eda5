-- Tells statements/note_previous.sql what to write, until the end of the transaction. Takes no lock.
set local matview.previous = :'note';
