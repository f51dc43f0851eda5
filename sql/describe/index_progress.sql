-- How far an index build of another session is. $1: its pid. Takes no lock.
select i.phase as "phase",
       pg_catalog.round(100.0 * greatest(i.blocks_done, i.tuples_done)
                        / nullif(greatest(i.blocks_total, i.tuples_total), 0))::pg_catalog.text as "percent"
from pg_catalog.pg_stat_progress_create_index i
where i.pid = $1;
