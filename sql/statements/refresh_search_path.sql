-- Has the rest of the transaction look names up as a refresh does: from PostgreSQL 17 on the server itself says where. $1: whether this is
-- the view's owner; what another role's search_path hides in front of the server's own functions is not for others to run. Takes no lock.
select pg_catalog.set_config('search_path',
                             case when pg_catalog.current_setting('server_version_num')::pg_catalog.int4 >= 170000 then 'pg_catalog, pg_temp'
                                  when $1::pg_catalog.bool then pg_catalog.current_setting('search_path')
                                  else '' end,
                             true);
