-- Differences without a difference. Those of the first three kinds (alias, join, frame) are reported as changes although nothing would change, and docs/definitions.md
-- says so; all others come from the session, not from the text, and must not be reported.

--# case table alias changed
--# live
select c.id, c.canal from conversaciones c
--# different
select conv.id, conv.canal from conversaciones conv

--# case table alias left out
--# live
select p.id from prospectos p where p.sede = 'VEN'
--# different
select id from prospectos where sede = 'VEN'

--# case join using rewritten as on
--# setup
create table visitas (prospecto_id bigint, pagina text);
--# live
select c.id, v.pagina from conversaciones c join visitas v using (prospecto_id)
--# different
select c.id, v.pagina from conversaciones c join visitas v on v.prospecto_id = c.prospecto_id

--# case join on rewritten as using
--# setup
create table notas (id bigint, nota text);
--# live
select c.id, n.nota from conversaciones c left join notas n on c.id = n.id
--# different
select c.id, n.nota from conversaciones c left join notas n using (id)

--# case window frame written short
--# live
select id, sum(monto) over (order by id rows between unbounded preceding and current row) as acumulado from conversaciones
--# different
select id, sum(monto) over (order by id rows unbounded preceding) as acumulado from conversaciones

--# case search path of the session is another
--# session
set search_path = pg_catalog;
--# live
select id from conversaciones
--# equal
select id from conversaciones

--# case search path of the session is another and the text is qualified
--# session
set search_path = pg_temp;
--# live
select id from conversaciones
--# equal
select id from public.conversaciones

--# case time zone of the session is another
--# session
set timezone = 'America/Bogota';
--# live
select id from conversaciones where abierta_at > '2026-01-01 00:00:00+00'
--# equal
select id from conversaciones where abierta_at > '2026-01-01 00:00:00+00'

--# case time zone of the session is another and the literal names a zone
--# session
set timezone = 'Asia/Tokyo';
--# live
select id, timestamptz '2026-06-01 12:00:00 America/Bogota' as corte from conversaciones
--# equal
select id, timestamptz '2026-06-01 17:00:00+00' as corte from conversaciones

--# case date style of the session is another
--# session
set datestyle = 'SQL, DMY';
--# live
select id from conversaciones where abierta_at::date > '2026-02-03'
--# equal
select id from conversaciones where abierta_at::date > '2026-02-03'

--# case date style of the session is another and the literal depends on it
--# session
set datestyle = 'German, DMY';
--# live
select id from conversaciones where abierta_at::date > date '02/03/2026'
--# equal
select id from conversaciones where abierta_at::date > date '2026-02-03'

--# case interval style of the session is another
--# session
set intervalstyle = 'iso_8601';
--# live
select id from conversaciones where cerrada_at - abierta_at > interval '1 day 02:00:00'
--# equal
select id from conversaciones where cerrada_at - abierta_at > '1 day 2 hours'::interval

--# case interval style of the session is another and the interval is negative
--# session
set intervalstyle = 'sql_standard';
--# live
select id, interval '-1 day +02:03:00' as desfase from conversaciones
--# equal
select id, interval '-1 day +02:03:00' as desfase from conversaciones

--# case the session quotes all identifiers
--# session
set quote_all_identifiers = on;
--# live
select id, nombre from prospectos
--# equal
select id, nombre from prospectos

--# case the session quotes all identifiers and the text quotes some
--# session
set quote_all_identifiers = on;
--# live
select p.id, p.nombre as "Nombre" from prospectos p
--# equal
select "p".id, p.nombre as "Nombre" from "prospectos" p

--# case column list given at creation
--# live columns conversacion, valor
select id, monto from conversaciones
--# equal
select id as conversacion, monto as valor from conversaciones
--# different
select id, monto from conversaciones

--# case column list given at creation, with a name that needs quotes
--# live columns Número
select count(*) from conversaciones
--# equal
select count(*) as "Número" from conversaciones

--# case other settings that change how values are written and read
--# session
set bytea_output = 'escape'; set extra_float_digits = 0; set standard_conforming_strings = off; set transform_null_equals = on;
--# live
select id, '\x00ff'::bytea as marca, 0.1::float8 as tasa, 'a\nb' as texto, canal = null as nulo from conversaciones
--# equal
select id, '\x00ff'::bytea as marca, 0.1::float8 as tasa, 'a\nb' as texto, canal = null as nulo from conversaciones

--# case a temporary table bears the name of a source
--# session
create temporary table conversaciones (id bigint);
--# live
select id from conversaciones
--# equal
select id from conversaciones
