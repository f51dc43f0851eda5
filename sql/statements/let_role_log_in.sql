-- Lets a role log in, as pg_cron does for each run of its jobs.
alter role :"role" login;
