-- Adds prospects with one conversation and five messages each until there are :total conversations; for benchmarks.
-- Row locks only; parameter: total. The new rows are dealt out to all executives.
with nuevos as (
  insert into public.prospectos (nombre, telefono, etapa, ejecutivo_id, coordinacion_id, created_at, updated_at)
  select
    'Prospecto ' || serie.n,
    '+52' || pg_catalog.lpad((serie.n * 7919919 % 10000000000)::text, 10, '0'),
    (array['nuevo', 'interesado', 'cotizado', 'reservado', 'descartado'])[1 + serie.n * 3 % 5],
    ejecutivos.id,
    ejecutivos.coordinacion_id,
    timestamptz '2026-04-01 13:00:00+00' + pg_catalog.make_interval(mins => (serie.n * 3)::integer),
    timestamptz '2026-04-01 13:00:00+00' + pg_catalog.make_interval(mins => (serie.n * 3)::integer)
  from pg_catalog.generate_series(
    (select pg_catalog.count(*) + 1 from public.conversaciones_whatsapp), :'total'::bigint
  ) as serie (n)
  join public.ejecutivos on ejecutivos.id = 1 + serie.n % 24
  returning id, created_at
),

abiertas as (
  insert into public.conversaciones_whatsapp (prospecto_id, estado, created_at, updated_at)
  select id, 'abierta', created_at, created_at + interval '28 minutes'
  from nuevos
  returning id, created_at
)

insert into public.mensajes_whatsapp (conversacion_id, direccion, contenido, enviado_at, leido)
select
  abiertas.id,
  case when vez % 2 = 0 then 'entrante' else 'saliente' end,
  'Mensaje ' || vez || ' de la conversación ' || abiertas.id,
  abiertas.created_at + pg_catalog.make_interval(mins => vez * 7),
  vez % 2 = 1 or abiertas.id % 3 <> 0
from abiertas
cross join lateral pg_catalog.generate_series(0, 4) as turno (vez);
