-- Differences of writing that the server normalises away: no change. Two pairs a row of the list.

--# case whitespace: one line and many
--# live
select id, canal, estado from conversaciones where estado = 'abierta'
--# equal
select
    id,
    canal,
    estado
from
    conversaciones
where
    estado = 'abierta'

--# case whitespace: tabs, blank lines and spaces around dots and brackets
--# live
select c.id, coalesce(c.monto, 0) as monto from conversaciones c
--# equal
select	c . id ,

	coalesce ( c . monto , 0 )	as monto

from	conversaciones	c

--# case comments: before, between and after
--# live
select id, nombre from prospectos
--# equal
-- prospects by name
select id, /* the key */ nombre -- shown first
from prospectos -- all of them

--# case comments: nested blocks, and comment marks inside literals
--# live
select id, '-- no comment' as guion, '/* nor this */' as bloque from prospectos
--# equal
/* outer /* inner */ outer */ select id, '-- no comment' as guion, '/* nor this */' as bloque from prospectos;

--# case case: keywords and names
--# live
select id, nombre from prospectos where sede is not null
--# equal
SELECT Id, NOMBRE FROM Prospectos WHERE SEDE IS NOT NULL

--# case case: functions and types
--# live
select lower(nombre) as nombre, id::text as id from prospectos
--# equal
select LOWER(nombre) AS nombre, id::TEXT AS id from prospectos

--# case quoting: names that need none
--# live
select p.id, p.nombre from prospectos p
--# equal
select "p"."id", "p"."nombre" from "prospectos" "p"

--# case quoting: the string itself, with dollars, escapes and Unicode
--# live
select id, 'D''Angelo' as apellido, 'niño' as persona from prospectos
--# equal
select id, $$D'Angelo$$ as apellido, U&'ni\00F1o' as persona from prospectos
--# equal
select id, E'D\'Angelo' as apellido, E'ni\u00f1o' as persona from prospectos

--# case parentheses: around conditions
--# live
select id from conversaciones where canal = 'web' and monto > 100
--# equal
select id from conversaciones where ((canal = 'web') and ((monto > (100))))

--# case parentheses: around expressions and the whole query
--# live
select id, monto * 2 + 1 as doble from conversaciones
--# equal
(select id, ((monto * 2) + 1) as doble from conversaciones)

--# case as: column aliases without it
--# live
select id as conversacion, monto as valor from conversaciones
--# equal
select id conversacion, monto valor from conversaciones

--# case as: table and subquery aliases without it
--# live
select c.id, x.total from conversaciones as c cross join (select count(*) as total from mensajes) as x
--# equal
select c.id, x.total from conversaciones c cross join (select count(*) total from mensajes) x

--# case not equal: both ways of writing it
--# live
select id from conversaciones where estado <> 'cerrada'
--# equal
select id from conversaciones where estado != 'cerrada'

--# case not equal: in a case expression
--# live
select id, case when canal <> 'web' then 1 else 0 end as otro from conversaciones
--# equal
select id, case when canal != 'web' then 1 else 0 end as otro from conversaciones

--# case in: a list and an array
--# live
select id from conversaciones where canal in ('web', 'whatsapp')
--# equal
select id from conversaciones where canal = any (array['web', 'whatsapp'])

--# case in: not in and all
--# live
select id from conversaciones where ejecutivo_id not in (1, 2, 3)
--# equal
select id from conversaciones where ejecutivo_id <> all (array[1, 2, 3])

--# case between: and two comparisons
--# live
select id from conversaciones where monto between 10 and 20
--# equal
select id from conversaciones where monto >= 10 and monto <= 20

--# case between: not between
--# live
select id from conversaciones where ejecutivo_id not between 5 and 9
--# equal
select id from conversaciones where ejecutivo_id < 5 or ejecutivo_id > 9

--# case casts: three ways of writing one
--# live
select id::text as id from prospectos
--# equal
select cast(id as text) as id from prospectos
--# equal
select cast(id as pg_catalog.text) as id from prospectos

--# case casts: typed literals
--# live
select id from conversaciones where abierta_at >= '2026-01-01 00:00:00+00'::timestamptz
--# equal
select id from conversaciones where abierta_at >= timestamp with time zone '2026-01-01 00:00:00+00'
--# equal
select id from conversaciones where abierta_at >= timestamptz '2026-01-01T00:00:00Z'

--# case implicit casts: a literal takes its type from the column
--# live
select id from prospectos where nombre = 'Ana'
--# equal
select id from prospectos where nombre = 'Ana'::text

--# case implicit casts: written out
--# live
select c.id from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id where c.monto > 10 and e.id = '7'
--# equal
select c.id from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id where c.monto > 10::numeric and e.id = 7

--# case ordinals: group by position
--# live
select canal, count(*) as total from conversaciones group by canal
--# equal
select canal, count(*) as total from conversaciones group by 1

--# case ordinals: group by position of an expression and by alias
--# live
select date_trunc('day', abierta_at) as dia, canal, count(*) as total from conversaciones group by date_trunc('day', abierta_at), canal
--# equal
select date_trunc('day', abierta_at) as dia, canal, count(*) as total from conversaciones group by 1, 2
--# equal
select date_trunc('day', abierta_at) as dia, canal, count(*) as total from conversaciones group by dia, canal

--# case table: the short form of select everything
--# live
select * from ejecutivos
--# equal
table ejecutivos

--# case table: inside a common table expression
--# live
with e as (select * from ejecutivos) select e.id, e.nombre from e
--# equal
with e as (table ejecutivos) select e.id, e.nombre from e

--# case aliases: a column named as it is called
--# live
select id, nombre from prospectos
--# equal
select id as id, nombre as nombre from prospectos

--# case aliases: a function's result named as it would be
--# live
select canal, count(*), max(monto) from conversaciones group by canal
--# equal
select canal as canal, count(*) as count, max(monto) as max from conversaciones group by canal
