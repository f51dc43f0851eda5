-- How pg_cron would run a job: as whom, and from which server's point of view the job was made. $1: job id.
-- Hosts and ports are as stored in the job: a restored copy keeps those of the server it came from. Takes no lock.
select coalesce(r.rolcanlogin, false) as "canLogin",
       r.oid is not null as "roleExists",
       j.nodeport as "storedPort",
       pg_catalog.current_setting('port')::pg_catalog.int4 as "port"
from cron.job j
left join pg_catalog.pg_roles r on r.rolname = j.username
where j.jobid = $1::pg_catalog.int8;
