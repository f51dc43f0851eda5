-- Takes a lock that only means something to the module, until the end of the transaction or subtransaction; never waits. It counts for all databases
-- of the server: not taken where a session of another one holds it. $1, $2: its key, the first half positive.
select case
         when pg_catalog.pg_try_advisory_xact_lock($1::pg_catalog.int4, $2::pg_catalog.int4)
           then not exists (select
                            from pg_catalog.pg_locks l
                            where l.locktype = 'advisory' and l.granted and l.objsubid = 2 and l.pid <> pg_catalog.pg_backend_pid()
                              and l.classid = $1::pg_catalog.int8::pg_catalog.oid
                              and l.objid = ($2::pg_catalog.int8 & 4294967295)::pg_catalog.oid)
         else false
       end as "taken";
