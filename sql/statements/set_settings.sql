-- Makes settings for the rest of the transaction. $1: text[] of names, $2: text[] of values, same length. Takes no lock.
select pg_catalog.set_config(s.name, s.value, true)
from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) as s (name, value);
