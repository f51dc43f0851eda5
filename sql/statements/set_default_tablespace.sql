-- Where indexes of this transaction are created; an empty text is the database's own tablespace.
select pg_catalog.set_config('default_tablespace', :'tablespace', true);
