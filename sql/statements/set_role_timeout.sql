-- Ends statements of the role in this database that take longer, from its next session on; jobs of pg_cron are sessions of it.
-- :timeout is in milliseconds.
alter role :"role" in database :"database" set statement_timeout = :'timeout';
