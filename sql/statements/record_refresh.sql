-- Records a refresh by hand in the platform part's audit table. :milliseconds is how long it took, :rows what the view has now.
select matview.record_refresh(:'schema'::pg_catalog.text, :'view'::pg_catalog.text, nullif(:'reason', '')::pg_catalog.text,
                              :milliseconds::pg_catalog.int8, :rows::pg_catalog.int8);
