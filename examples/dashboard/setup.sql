create extension if not exists pg_cron;

create role tablero;

create table public.coordinaciones (id bigint primary key, codigo text not null);

create table public.ejecutivos (id bigint primary key, nombre text not null);

create table public.prospectos (
  id bigint primary key,
  nombre text not null,
  telefono text not null,
  etapa text not null,
  ejecutivo_id bigint references public.ejecutivos (id),
  coordinacion_id bigint not null references public.coordinaciones (id)
);

create table public.conversaciones_whatsapp (
  id bigint primary key,
  prospecto_id bigint not null references public.prospectos (id),
  estado text not null,
  created_at timestamptz not null default now()
);

create table public.mensajes_whatsapp (
  id bigint generated always as identity primary key,
  conversacion_id bigint not null references public.conversaciones_whatsapp (id),
  direccion text not null,
  contenido text not null,
  enviado_at timestamptz not null default now(),
  leido boolean not null default false
);

insert into public.coordinaciones values (1, 'VEN'), (2, 'BOOM');

insert into public.ejecutivos values (1, 'Adriana Quiroz'), (2, 'Benito Lara');

insert into public.prospectos values
  (1, 'Ana Alba', '+525500000001', 'nuevo', 1, 1),
  (2, 'Bruno Castro', '+525500000002', 'interesado', 2, 2),
  (3, 'Celia Duarte', '+525500000003', 'reservado', null, 1);

insert into public.conversaciones_whatsapp values (1, 1, 'abierta'), (2, 2, 'en_seguimiento'), (3, 3, 'cerrada'), (4, 1, 'abierta');

insert into public.mensajes_whatsapp (conversacion_id, direccion, contenido) values
  (1, 'entrante', '¿Tienen lugar en marzo?'),
  (1, 'saliente', 'Sí, hay dos fechas.'),
  (2, 'entrante', 'Gracias, lo pienso.');
