-- Definitions of the size and kind that people deploy, each with a twin that only looks different and one that is different.

--# case dashboard: joins, lateral last message, counts
--# live
select c.id as conversacion_id, p.nombre as prospecto, e.nombre as ejecutivo, e.coordinacion, c.canal, c.estado,
       coalesce(m.total, 0) as mensajes, coalesce(m.sin_leer, 0) as sin_leer, u.texto as ultimo_texto, u.enviado_at as ultimo_at
from conversaciones c
join prospectos p on p.id = c.prospecto_id
left join ejecutivos e on e.id = c.ejecutivo_id
left join lateral (
  select count(*) as total, count(*) filter (where not leido) as sin_leer
  from mensajes x where x.conversacion_id = c.id
) m on true
left join lateral (
  select texto, enviado_at from mensajes x where x.conversacion_id = c.id order by enviado_at desc, id desc limit 1
) u on true
where c.estado <> 'borrada'
--# equal
SELECT c.id conversacion_id, p.nombre prospecto, e.nombre ejecutivo, e.coordinacion coordinacion, c.canal, c.estado,
  COALESCE(m.total, 0) mensajes, COALESCE(m.sin_leer, 0) sin_leer,
  u.texto ultimo_texto, u.enviado_at ultimo_at   -- what the executive sees first
FROM conversaciones AS c
INNER JOIN prospectos AS p ON (p.id = c.prospecto_id)
LEFT OUTER JOIN ejecutivos AS e ON (e.id = c.ejecutivo_id)
LEFT JOIN LATERAL (
  SELECT count(*) total, count(*) FILTER (WHERE (NOT leido)) sin_leer FROM mensajes x WHERE (x.conversacion_id = c.id)
) m ON TRUE
LEFT JOIN LATERAL (
  SELECT texto, enviado_at FROM mensajes x WHERE x.conversacion_id = c.id ORDER BY enviado_at DESC, id DESC LIMIT 1
) u ON TRUE
WHERE c.estado != 'borrada';
--# different
select c.id as conversacion_id, p.nombre as prospecto, e.nombre as ejecutivo, e.coordinacion, c.canal, c.estado,
       coalesce(m.total, 0) as mensajes, coalesce(m.sin_leer, 0) as sin_leer, u.texto as ultimo_texto, u.enviado_at as ultimo_at
from conversaciones c
join prospectos p on p.id = c.prospecto_id
left join ejecutivos e on e.id = c.ejecutivo_id
left join lateral (
  select count(*) as total, count(*) filter (where leido) as sin_leer
  from mensajes x where x.conversacion_id = c.id
) m on true
left join lateral (
  select texto, enviado_at from mensajes x where x.conversacion_id = c.id order by enviado_at desc, id desc limit 1
) u on true
where c.estado <> 'borrada'

--# case chain of common table expressions
--# live
with abiertas as (
  select id, ejecutivo_id, monto from conversaciones where estado = 'abierta'
), por_ejecutivo as (
  select ejecutivo_id, count(*) as total, sum(monto) as monto from abiertas group by ejecutivo_id
)
select e.id, e.nombre, coalesce(pe.total, 0) as total, pe.monto
from ejecutivos e left join por_ejecutivo pe on pe.ejecutivo_id = e.id
--# equal
with abiertas as (select id, ejecutivo_id, monto from conversaciones where (estado = 'abierta')),
/* one row an executive */
por_ejecutivo as (select ejecutivo_id, count(*) total, sum(monto) monto from abiertas group by 1)
select e.id, e.nombre, coalesce(pe.total, 0) total, pe.monto from ejecutivos e left join por_ejecutivo pe on (pe.ejecutivo_id = e.id)
--# different
with abiertas as materialized (
  select id, ejecutivo_id, monto from conversaciones where estado = 'abierta'
), por_ejecutivo as (
  select ejecutivo_id, count(*) as total, sum(monto) as monto from abiertas group by ejecutivo_id
)
select e.id, e.nombre, coalesce(pe.total, 0) as total, pe.monto
from ejecutivos e left join por_ejecutivo pe on pe.ejecutivo_id = e.id

--# case recursive hierarchy
--# live
with recursive mando (id, nombre, nivel, camino) as (
  select id, nombre, 0, array[id] from ejecutivos where jefe_id is null
  union all
  select e.id, e.nombre, m.nivel + 1, m.camino || e.id
  from ejecutivos e join mando m on e.jefe_id = m.id
  where not e.id = any (m.camino)
)
select id, nombre, nivel, camino from mando
--# equal
WITH RECURSIVE mando(id, nombre, nivel, camino) AS (
  (SELECT id, nombre, 0, ARRAY[id] FROM ejecutivos WHERE jefe_id IS NULL)
  UNION ALL
  (SELECT e.id, e.nombre, (m.nivel + 1), (m.camino || e.id) FROM ejecutivos e INNER JOIN mando m ON (e.jefe_id = m.id)
   WHERE (NOT (e.id = ANY (m.camino))))
) SELECT id, nombre, nivel, camino FROM mando
--# different
with recursive mando (id, nombre, nivel, camino) as (
  select id, nombre, 0, array[id] from ejecutivos where jefe_id is null
  union
  select e.id, e.nombre, m.nivel + 1, m.camino || e.id
  from ejecutivos e join mando m on e.jefe_id = m.id
  where not e.id = any (m.camino)
)
select id, nombre, nivel, camino from mando

--# case recursive with search and cycle clauses
--# live
with recursive mando (id, jefe_id) as (
  select id, jefe_id from ejecutivos where jefe_id is null
  union all
  select e.id, e.jefe_id from ejecutivos e, mando m where e.jefe_id = m.id
) search depth first by id set orden cycle id set es_ciclo using camino
select id, jefe_id, orden::text as orden, es_ciclo from mando
--# equal
with recursive mando(id, jefe_id) as (select id, jefe_id from ejecutivos where jefe_id is null union all
select e.id, e.jefe_id from ejecutivos e, mando m where (e.jefe_id = m.id))
search depth first by id set orden cycle id set es_ciclo to true default false using camino
select id, jefe_id, cast(orden as text) orden, es_ciclo from mando
--# different
with recursive mando (id, jefe_id) as (
  select id, jefe_id from ejecutivos where jefe_id is null
  union all
  select e.id, e.jefe_id from ejecutivos e, mando m where e.jefe_id = m.id
) search breadth first by id set orden cycle id set es_ciclo using camino
select id, jefe_id, orden::text as orden, es_ciclo from mando

--# case window functions with a named window and frames
--# live
select id, canal, monto,
       row_number() over por_canal as puesto,
       sum(monto) over (por_canal rows between unbounded preceding and current row) as acumulado,
       lag(monto, 1, 0::numeric) over por_canal as anterior,
       ntile(4) over (order by monto) as cuartil
from conversaciones
window por_canal as (partition by canal order by abierta_at, id)
--# equal
select id, canal, monto, row_number() over por_canal puesto,
  sum(monto) over (por_canal rows between unbounded preceding and current row) acumulado,
  lag(monto, 1, cast(0 as numeric)) over por_canal anterior, ntile(4) over (order by monto asc) cuartil
from conversaciones window por_canal as (partition by canal order by abierta_at asc nulls last, id)
--# different
select id, canal, monto,
       row_number() over por_canal as puesto,
       sum(monto) over (por_canal range between unbounded preceding and current row) as acumulado,
       lag(monto, 1, 0::numeric) over por_canal as anterior,
       ntile(4) over (order by monto) as cuartil
from conversaciones
window por_canal as (partition by canal order by abierta_at, id)

--# case window frames by groups with exclusion
--# live
select id, avg(monto) over (partition by ejecutivo_id order by abierta_at groups between 2 preceding and 2 following exclude current row) as vecinos
from conversaciones
--# equal
SELECT id, AVG(monto) OVER (PARTITION BY ejecutivo_id ORDER BY abierta_at GROUPS BETWEEN (2) PRECEDING AND (2) FOLLOWING EXCLUDE CURRENT ROW) AS vecinos FROM conversaciones
--# different
select id, avg(monto) over (partition by ejecutivo_id order by abierta_at groups between 2 preceding and 2 following exclude ties) as vecinos
from conversaciones

--# case set operations of three kinds
--# live
select id from conversaciones where canal = 'web'
union
(select conversacion_id from mensajes where leido intersect select id from conversaciones where estado = 'abierta')
except
select id from conversaciones where monto is null
--# equal
(select id from conversaciones where canal = 'web'
 union distinct
 (select conversacion_id from mensajes where leido intersect select id from conversaciones where estado = 'abierta'))
except
select id from conversaciones where (monto is null)
--# different
select id from conversaciones where canal = 'web'
union all
(select conversacion_id from mensajes where leido intersect select id from conversaciones where estado = 'abierta')
except
select id from conversaciones where monto is null

--# case union of types that must meet
--# live
select id, 'conversacion' as clase, monto from conversaciones
union all
select id, 'mensaje', null from mensajes
union all
select id, 'prospecto', 0 from prospectos
--# equal
select id, 'conversacion'::text as clase, monto from conversaciones union all
select id as otro, 'mensaje' as otra, null from mensajes union all
select id, 'prospecto', 0 from prospectos
--# different
select id, 'conversacion' as clase, monto from conversaciones
union all
select id, 'mensaje', 0 from mensajes
union all
select id, 'prospecto', 0 from prospectos

--# case jsonb: paths, containment, building
--# live
select id, datos ->> 'origen' as origen, datos #>> '{utm,campaign}' as campania, (datos -> 'puntos')::int as puntos,
       jsonb_build_object('canal', canal, 'abierta', abierta_at is not null, 'n', datos -> 'n') as resumen
from conversaciones
where datos @> '{"activo": true}' and datos ? 'origen' and not datos ?| array['borrado', 'oculto']
--# different
select id, datos ->> 'origen' as origen, datos #>> '{utm,campaign}' as campania, (datos -> 'puntos')::int as puntos,
       jsonb_build_object('canal', canal, 'abierta', abierta_at is not null, 'n', datos -> 'n') as resumen
from conversaciones
where datos @> '{"activo": false}' and datos ? 'origen' and not datos ?| array['borrado', 'oculto']
--# equal
select id, datos->>'origen' as origen, datos#>>'{utm,campaign}' as campania, (datos->'puntos')::integer as puntos,
       jsonb_build_object('canal',canal,'abierta',abierta_at notnull,'n',datos->'n') as resumen
from conversaciones
where datos @> '{ "activo" : true }' and datos ? 'origen' and not (datos ?| array['borrado','oculto'])

--# case jsonpath
--# live
select id, jsonb_path_query_first(datos, '$.productos[*] ? (@.precio > 100).nombre') as caro,
       datos @? '$.etiquetas[*] ? (@ starts with "vip")' as es_vip, datos @@ '$.total > 5' as grande
from conversaciones
--# equal
select id, jsonb_path_query_first(datos, '$."productos"[*]?(@."precio" > 100)."nombre"') caro,
 (datos @? '$.etiquetas[*]?(@ starts with "vip")'::jsonpath) as es_vip, (datos @@ '$.total > 5'::jsonpath) grande from conversaciones
--# different
select id, jsonb_path_query_first(datos, '$.productos[*] ? (@.precio >= 100).nombre') as caro,
       datos @? '$.etiquetas[*] ? (@ starts with "vip")' as es_vip, datos @@ '$.total > 5' as grande
from conversaciones

--# case jsonb unnested with a column definition list
--# live
select c.id, x.sku, x.precio, n.orden
from conversaciones c
cross join lateral jsonb_to_recordset(c.datos -> 'productos') as x (sku text, precio numeric)
cross join lateral jsonb_array_elements_text(c.datos -> 'etiquetas') with ordinality as n (etiqueta, orden)
--# equal
select c.id, x.sku, x.precio, n.orden from conversaciones as c
  cross join jsonb_to_recordset(c.datos -> 'productos') x(sku text, precio numeric)
  cross join jsonb_array_elements_text(c.datos -> 'etiquetas') with ordinality n(etiqueta, orden)
--# different
select c.id, x.sku, x.precio, n.orden
from conversaciones c
cross join lateral jsonb_to_recordset(c.datos -> 'productos') as x (sku text, precio double precision)
cross join lateral jsonb_array_elements_text(c.datos -> 'etiquetas') with ordinality as n (etiqueta, orden)

--# case grouping sets, cube and rollup
--# live
select canal, estado, ejecutivo_id, grouping(canal, estado) as nivel, count(*) as total, sum(monto) as monto
from conversaciones
group by grouping sets ((canal, estado), (canal), ()), rollup (ejecutivo_id)
having count(*) > 1
--# equal
select canal, estado, ejecutivo_id, GROUPING(canal, estado) nivel, count(*) total, sum(monto) monto
from conversaciones group by grouping sets((canal, estado), canal, ()), rollup(ejecutivo_id) having (count(*) > 1)
--# different
select canal, estado, ejecutivo_id, grouping(canal, estado) as nivel, count(*) as total, sum(monto) as monto
from conversaciones
group by grouping sets ((canal, estado), (canal), ()), cube (ejecutivo_id, canal)
having count(*) > 1

--# case distinct on
--# live
select distinct on (prospecto_id) prospecto_id, id, canal, abierta_at
from conversaciones
order by prospecto_id, abierta_at desc nulls last, id
--# equal
select distinct on (prospecto_id) prospecto_id, id, canal, abierta_at from conversaciones
order by 1 asc, abierta_at desc nulls last, 2
--# different
select distinct on (prospecto_id) prospecto_id, id, canal, abierta_at
from conversaciones
order by prospecto_id, abierta_at desc, id

--# case tablesample, repeatable
--# live
select id, texto from mensajes tablesample bernoulli (10) repeatable (42)
--# equal
SELECT id, texto FROM mensajes TABLESAMPLE BERNOULLI ((10)) REPEATABLE ((42))
--# different
select id, texto from mensajes tablesample system (10) repeatable (42)

--# case collations
--# live
select id, nombre collate "C" as nombre from prospectos where nombre < 'M' collate "POSIX" order by nombre collate "C"
--# equal
select id, (nombre collate pg_catalog."C") nombre from prospectos where (nombre < ('M' collate "POSIX")) order by (nombre collate "C") asc
--# different
select id, nombre collate "C" as nombre from prospectos where nombre < 'M' collate "C" order by nombre collate "C"

--# case aggregates: filter, distinct, order, within group
--# live
select canal,
       count(distinct prospecto_id) filter (where estado = 'abierta') as prospectos,
       string_agg(distinct estado, ', ' order by estado) as estados,
       percentile_cont(0.5) within group (order by monto) as mediana,
       mode() within group (order by estado desc) as frecuente,
       array_agg(id order by abierta_at desc, id) as conversaciones
from conversaciones
group by canal
--# equal
SELECT canal, COUNT(DISTINCT prospecto_id) FILTER (WHERE (estado = 'abierta')) prospectos,
 STRING_AGG(DISTINCT estado, ', '::text ORDER BY estado ASC) estados,
 PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY monto) mediana, MODE() WITHIN GROUP (ORDER BY estado DESC NULLS FIRST) frecuente,
 ARRAY_AGG(id ORDER BY abierta_at DESC, id) conversaciones
FROM conversaciones GROUP BY 1
--# different
select canal,
       count(distinct prospecto_id) filter (where estado = 'abierta') as prospectos,
       string_agg(distinct estado, ', ' order by estado) as estados,
       percentile_disc(0.5) within group (order by monto) as mediana,
       mode() within group (order by estado desc) as frecuente,
       array_agg(id order by abierta_at desc, id) as conversaciones
from conversaciones
group by canal

--# case subqueries: exists, in, any, scalar, array
--# live
select p.id,
       (select max(c.abierta_at) from conversaciones c where c.prospecto_id = p.id) as ultima,
       array(select c.canal from conversaciones c where c.prospecto_id = p.id order by c.id) as canales,
       p.id in (select prospecto_id from conversaciones where monto > 1000) as es_grande
from prospectos p
where exists (select 1 from conversaciones c where c.prospecto_id = p.id)
  and p.id <> all (select prospecto_id from conversaciones where estado = 'spam')
--# equal
select p.id, (select max(c.abierta_at) from conversaciones c where (c.prospecto_id = p.id)) ultima,
  array(select c.canal from conversaciones c where c.prospecto_id = p.id order by c.id asc) canales,
  (p.id = any (select prospecto_id from conversaciones where monto > 1000)) es_grande
from prospectos p where (exists (select 1 from conversaciones c where c.prospecto_id = p.id))
 and (p.id != all (select prospecto_id from conversaciones where estado = 'spam'))
--# different
select p.id,
       (select max(c.abierta_at) from conversaciones c where c.prospecto_id = p.id) as ultima,
       array(select c.canal from conversaciones c where c.prospecto_id = p.id order by c.id) as canales,
       p.id in (select prospecto_id from conversaciones where monto > 1000) as es_grande
from prospectos p
where not exists (select 1 from conversaciones c where c.prospecto_id = p.id)
  and p.id <> all (select prospecto_id from conversaciones where estado = 'spam')

--# case calendar from a generated series
--# live
select d.dia::date as dia, e.id as ejecutivo_id, count(c.id) as abiertas
from generate_series('2026-01-01'::timestamptz, '2026-12-31'::timestamptz, interval '1 day') as d (dia)
cross join ejecutivos e
left join conversaciones c on c.ejecutivo_id = e.id and c.abierta_at >= d.dia and c.abierta_at < d.dia + interval '1 day'
group by d.dia, e.id
--# equal
select cast(d.dia as date) dia, e.id ejecutivo_id, count(c.id) abiertas
from generate_series(timestamptz '2026-01-01', timestamptz '2026-12-31', '1 day'::interval) d(dia)
cross join ejecutivos e left join conversaciones c on (((c.ejecutivo_id = e.id) and (c.abierta_at >= d.dia)) and (c.abierta_at < (d.dia + '1 day'::interval)))
group by d.dia, e.id
--# different
select d.dia::date as dia, e.id as ejecutivo_id, count(c.id) as abiertas
from generate_series('2026-01-01'::timestamptz, '2026-12-31'::timestamptz, interval '1 day') as d (dia)
cross join ejecutivos e
left join conversaciones c on c.ejecutivo_id = e.id and c.abierta_at >= d.dia and c.abierta_at < d.dia + interval '24 hours'
group by d.dia, e.id

--# case time zones and date arithmetic
--# live
select id, (abierta_at at time zone 'America/Caracas')::date as dia_local, extract(epoch from cerrada_at - abierta_at) / 3600 as horas,
       date_trunc('week', abierta_at at time zone 'UTC') as semana, date_part('dow', abierta_at) as dia
from conversaciones
--# equal
select id, cast((abierta_at at time zone 'America/Caracas') as date) dia_local,
  (extract(epoch from (cerrada_at - abierta_at)) / 3600) horas, date_trunc('week'::text, (abierta_at at time zone 'UTC'::text)) semana,
  date_part('dow', abierta_at) dia from conversaciones
--# different
select id, (abierta_at at time zone 'America/Bogota')::date as dia_local, extract(epoch from cerrada_at - abierta_at) / 3600 as horas,
       date_trunc('week', abierta_at at time zone 'UTC') as semana, date_part('dow', abierta_at) as dia
from conversaciones

--# case pattern matching
--# live
select id, nombre from prospectos
where nombre ilike '%ana%' and telefono like '+58%' and sede similar to '(VEN|COL)%' and nombre !~* '^test' and telefono not like '%000'
--# equal
select id, nombre from prospectos
where (nombre ~~* '%ana%') and (telefono ~~ '+58%') and sede similar to '(VEN|COL)%' and (nombre !~* '^test') and (telefono !~~ '%000')
--# different
select id, nombre from prospectos
where nombre like '%ana%' and telefono like '+58%' and sede similar to '(VEN|COL)%' and nombre !~* '^test' and telefono not like '%000'

--# case full text search
--# live
select id, ts_rank(to_tsvector('spanish', texto), plainto_tsquery('spanish', 'cita')) as rango
from mensajes where to_tsvector('spanish', texto) @@ plainto_tsquery('spanish', 'cita')
--# equal
select id, ts_rank(to_tsvector('spanish'::regconfig, texto), plainto_tsquery('pg_catalog.spanish', 'cita'::text)) rango
from mensajes where (to_tsvector('spanish', texto) @@ plainto_tsquery('spanish', 'cita'))
--# different
select id, ts_rank(to_tsvector('simple', texto), plainto_tsquery('spanish', 'cita')) as rango
from mensajes where to_tsvector('spanish', texto) @@ plainto_tsquery('spanish', 'cita')

--# case rows, composite values and arrays
--# live
select (p).id as id, (p).nombre as nombre, row(p.sede, p.telefono)::text as contacto, p.etiquetas[1] as primera,
       p.etiquetas[2:3] as otras, array[[1, 2], [3, 4]] as matriz, cardinality(p.etiquetas) as cuantas
from prospectos p where (p.sede, p.telefono) is distinct from (null, null) and p.etiquetas && '{vip,nuevo}'
--# equal
select p.id, p.nombre, cast(row(p.sede, p.telefono) as text) contacto, (p.etiquetas)[1] primera, p.etiquetas[2:3] otras,
  array[array[1, 2], array[3, 4]] matriz, cardinality(p.etiquetas) cuantas
from prospectos p where row(p.sede, p.telefono) is distinct from row(null, null) and (p.etiquetas && '{vip,nuevo}'::text[])
--# different
select (p).id as id, (p).nombre as nombre, row(p.telefono, p.sede)::text as contacto, p.etiquetas[1] as primera,
       p.etiquetas[2:3] as otras, array[[1, 2], [3, 4]] as matriz, cardinality(p.etiquetas) as cuantas
from prospectos p where (p.sede, p.telefono) is distinct from (null, null) and p.etiquetas && '{vip,nuevo}'

--# case values list as a source, and full join
--# live
select coalesce(o.canal, c.canal) as canal, o.orden, count(c.id) as total
from (values ('web', 1), ('whatsapp', 2), ('llamada', 3)) as o (canal, orden)
full join conversaciones c on c.canal = o.canal
group by coalesce(o.canal, c.canal), o.orden
--# equal
select coalesce(o.canal, c.canal) canal, o.orden, count(c.id) total
from (values ('web'::text, 1), ('whatsapp', 2), ('llamada', 3)) o(canal, orden)
full outer join conversaciones c on (c.canal = o.canal) group by 1, 2
--# different
select coalesce(o.canal, c.canal) as canal, o.orden, count(c.id) as total
from (values ('web', 1), ('whatsapp', 2), ('llamada', 4)) as o (canal, orden)
full join conversaciones c on c.canal = o.canal
group by coalesce(o.canal, c.canal), o.orden

--# case several functions in rows from
--# live
select p.id, r.etiqueta, r.numero, r.ordinality
from prospectos p, rows from (unnest(p.etiquetas), generate_series(1, 3)) with ordinality as r (etiqueta, numero)
--# equal
select p.id, r.etiqueta, r.numero, r.ordinality
from prospectos p, lateral rows from(unnest(p.etiquetas), generate_series(1, 3)) with ordinality r(etiqueta, numero)
--# different
select p.id, r.etiqueta, r.numero, r.ordinality
from prospectos p, rows from (unnest(p.etiquetas), generate_series(1, 4)) with ordinality as r (etiqueta, numero)

--# case cases, nulls and boolean tests
--# live
select id,
       case when monto >= 1000 then 'grande' when monto >= 100 then 'mediana' else 'chica' end as tamano,
       case canal when 'web' then 1 when 'whatsapp' then 2 end as prioridad,
       nullif(estado, '') as estado, greatest(monto, 0) as monto, (monto is null) is true as sin_monto
from conversaciones where (cerrada_at is null) is not false and ejecutivo_id is not distinct from 3
--# equal
select id, case when (monto >= 1000) then 'grande'::text when monto >= 100 then 'mediana' else 'chica' end tamano,
  case canal when 'web' then 1 when 'whatsapp' then 2 else null end prioridad,
  nullif(estado, ''::text) estado, greatest(monto, 0) monto, ((monto isnull) is true) sin_monto
from conversaciones where ((cerrada_at is null) is not false) and (not (ejecutivo_id is distinct from 3))
--# different
select id,
       case when monto >= 1000 then 'grande' when monto >= 10 then 'mediana' else 'chica' end as tamano,
       case canal when 'web' then 1 when 'whatsapp' then 2 end as prioridad,
       nullif(estado, '') as estado, greatest(monto, 0) as monto, (monto is null) is true as sin_monto
from conversaciones where (cerrada_at is null) is not false and ejecutivo_id is not distinct from 3

--# case top rows with ties
--# live
select id, monto from conversaciones where monto is not null order by monto desc offset 1 fetch first 10 rows with ties
--# equal
select id, monto from conversaciones where (monto is not null) order by monto desc nulls first offset 1 rows fetch next (10) rows with ties
--# different
select id, monto from conversaciones where monto is not null order by monto desc offset 1 limit 10

--# case nested subqueries with their own names
--# live
select x.canal, x.total, round(100.0 * x.total / nullif(t.total, 0), 2) as porcentaje
from (select canal, count(*) as total from (select * from conversaciones where estado = 'cerrada') c group by canal) x,
     (select count(*) as total from conversaciones where estado = 'cerrada') t
--# equal
select x.canal, x.total, round((100.0 * x.total) / nullif(t.total, 0), 2) porcentaje
from (select canal, count(*) total from (select * from conversaciones where (estado = 'cerrada')) as c group by 1) as x,
 (select count(*) total from conversaciones where estado = 'cerrada') as t
--# different
select x.canal, x.total, round(100.0 * (x.total / nullif(t.total, 0)), 2) as porcentaje
from (select canal, count(*) as total from (select * from conversaciones where estado = 'cerrada') c group by canal) x,
     (select count(*) as total from conversaciones where estado = 'cerrada') t
