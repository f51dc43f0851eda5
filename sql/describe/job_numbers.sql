-- The number of a job that pg_cron's sequence would give again, as after a restore; no row where it counts on, or where the role may not see.
-- Takes no lock.
select pg_catalog.max(j.jobid)::pg_catalog.text as "taken"
from cron.job j
cross join pg_catalog.pg_sequences s
where s.schemaname = 'cron' and s.sequencename = 'jobid_seq'
  and pg_catalog.has_sequence_privilege('cron.jobid_seq', 'select')
group by s.last_value
having pg_catalog.max(j.jobid) > coalesce(s.last_value, 0);
