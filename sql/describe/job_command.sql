-- The command of the job of this name and role, if the connected role may see it. Takes no lock.
select j.command as "text"
from cron.job j
where j.jobname::pg_catalog.text = :'job' and j.username = :'user';
