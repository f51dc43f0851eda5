-- What no comparison of definitions can see; docs/definitions.md tells the user. The data differ, the definition does not.

--# case body of a function replaced
--# setup
create function nivel(monto numeric) returns text language sql immutable as $$select case when monto > 100 then 'alto' else 'bajo' end$$;
--# live
select id, nivel(monto) as nivel from conversaciones
--# meanwhile
create or replace function nivel(monto numeric) returns text language sql immutable as $$select 'medio'$$;
--# equal
select id, nivel(monto) as nivel from conversaciones

--# case body of a PL/pgSQL function replaced
--# setup
create function dias(desde timestamptz, hasta timestamptz) returns integer language plpgsql immutable as $$begin return 1; end$$;
--# live
select id, dias(abierta_at, cerrada_at) as dias from conversaciones
--# meanwhile
create or replace function dias(desde timestamptz, hasta timestamptz) returns integer language plpgsql immutable as $$begin return 2; end$$;
--# equal
select id, dias(abierta_at, cerrada_at) as dias from conversaciones

--# case underlying view redefined
--# setup
create view abiertas as select id, canal from conversaciones where estado = 'abierta';
--# live
select id, canal from abiertas
--# meanwhile
create or replace view abiertas as select id, canal from conversaciones where estado in ('abierta', 'en espera');
--# equal
select id, canal from abiertas

--# case view beneath an underlying view redefined
--# setup
create view una as select id, canal from conversaciones;
create view otra as select id, canal from una;
--# live
select canal, count(*) as total from otra group by canal
--# meanwhile
create or replace view una as select id, upper(canal) as canal from conversaciones;
--# equal
select canal, count(*) as total from otra group by canal

--# case a timestamp without zone is read in UTC, whatever the server's zone became
--# live
select id from conversaciones where abierta_at > '2026-01-01 00:00:00'
--# session
set timezone = 'America/Bogota';
--# equal
select id from conversaciones where abierta_at > '2026-01-01 00:00:00'
--# equal
select id from conversaciones where abierta_at > '2026-01-01 00:00:00+00'

--# case a date compared with a timestamp is cast in the zone of each refresh
--# live
select id from conversaciones where abierta_at > '2026-01-01'::date
--# session
set timezone = 'Asia/Tokyo';
--# equal
select id from conversaciones where abierta_at > date '2026-01-01'
