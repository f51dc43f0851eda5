-- Makes the role that owns views and jobs; pg_cron runs a job in a session of its role.
create role :"role" login;
