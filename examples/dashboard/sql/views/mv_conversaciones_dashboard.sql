-- One row per conversation of the sales dashboard, with its prospect, executive, team and message figures.
-- vista_actualizada_at: the first row alone bears the time of the refresh, so that a refresh changes one row and not all of them.
select
  conversaciones.id as conversacion_id,
  conversaciones.estado,
  conversaciones.created_at,
  prospectos.id as prospecto_id,
  prospectos.nombre as prospecto_nombre,
  prospectos.telefono as prospecto_telefono,
  prospectos.etapa,
  ejecutivos.id as ejecutivo_id,
  ejecutivos.nombre as ejecutivo_nombre,
  coordinaciones.id as coordinacion_id,
  coordinaciones.codigo as coordinacion_codigo,
  coalesce(mensajes.total, 0)::integer as mensajes_total,
  coalesce(mensajes.no_leidos, 0)::integer as mensajes_no_leidos,
  mensajes.ultimo_contenido as ultimo_mensaje,
  mensajes.ultimo_enviado_at as ultimo_mensaje_at,
  case
    when conversaciones.id = (select pg_catalog.min(primera.id) from public.conversaciones_whatsapp as primera)
      then pg_catalog.now()
  end as vista_actualizada_at
from public.conversaciones_whatsapp as conversaciones
join public.prospectos on prospectos.id = conversaciones.prospecto_id
join public.coordinaciones on coordinaciones.id = prospectos.coordinacion_id
left join public.ejecutivos on ejecutivos.id = prospectos.ejecutivo_id
left join (
  select
    mensajes_whatsapp.conversacion_id,
    pg_catalog.count(*) as total,
    pg_catalog.count(*) filter (where mensajes_whatsapp.direccion = 'entrante' and not mensajes_whatsapp.leido) as no_leidos,
    pg_catalog.max(mensajes_whatsapp.enviado_at) as ultimo_enviado_at,
    (pg_catalog.array_agg(mensajes_whatsapp.contenido order by mensajes_whatsapp.enviado_at desc, mensajes_whatsapp.id desc))[1]
      as ultimo_contenido
  from public.mensajes_whatsapp
  group by mensajes_whatsapp.conversacion_id
) as mensajes on mensajes.conversacion_id = conversaciones.id
