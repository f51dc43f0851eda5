-- Jobs of another role through its own function, which row security does not hide them from. Takes no lock.
select j.jobid::pg_catalog.text as "jobId",
       j.jobname as "name",
       j.username as "user",
       j.database as "database",
       j.schedule as "schedule",
       j.command as "command",
       j.active as "isActive"
from matview.:"function"() j
order by j.jobname, j.jobid;
