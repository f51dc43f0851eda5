-- Records a refresh by hand in the audit table of the view's owner. :milliseconds is how long it took, :rows what the view has now.
select matview.:"function"(:'schema'::pg_catalog.text, :'view'::pg_catalog.text, nullif(:'reason', '')::pg_catalog.text,
                           :concurrently::pg_catalog.bool, :milliseconds::pg_catalog.int8, :rows::pg_catalog.int8);
