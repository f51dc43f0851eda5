-- Gives a job that was made again the host that the one before had: pg_cron writes what cron.host says. Its launcher reads the job again.
update cron.job
set nodename = :'host'
where jobname::pg_catalog.text = :'job' and username = :'owner' and nodename <> :'host';
