-- Moves Osmara from VEN to BOOM with the first 29 of her prospects; her colleagues in VEN take the other 137 in turn.
-- Row locks on what it changes; no parameters. A second run changes nothing.
update public.ejecutivos
set coordinacion_id = (select id from public.coordinaciones where codigo = 'BOOM')
where id = 7;

with suyos as (
  select id, pg_catalog.row_number() over (order by id) as lugar
  from public.prospectos
  where ejecutivo_id = 7
),

colegas as (
  select id, pg_catalog.row_number() over (order by id) - 1 as lugar, pg_catalog.count(*) over () as total
  from public.ejecutivos
  where coordinacion_id = (select id from public.coordinaciones where codigo = 'VEN') and id <> 7
)

update public.prospectos
set
  ejecutivo_id = case when suyos.lugar <= 29 then 7 else colegas.id end,
  coordinacion_id = (
    select id from public.coordinaciones where codigo = case when suyos.lugar <= 29 then 'BOOM' else 'VEN' end
  )
from suyos
join colegas on colegas.lugar = suyos.lugar % colegas.total
where prospectos.id = suyos.id;
