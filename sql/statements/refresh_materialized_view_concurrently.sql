-- Recomputes a populated materialized view that has a usable unique index. Readers pass, other refreshes wait (Exclusive).
refresh materialized view concurrently :"schema".:"view";
