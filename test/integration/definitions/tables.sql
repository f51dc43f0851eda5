-- What the definitions of the corpus read.
create table ejecutivos (
  id integer primary key,
  nombre text not null,
  coordinacion text not null,
  jefe_id integer references ejecutivos (id)
);
create table prospectos (
  id bigint primary key,
  nombre text not null,
  telefono text,
  sede text,
  etiquetas text[] not null default '{}',
  datos jsonb not null default '{}',
  creado_at timestamptz not null default now()
);
create table conversaciones (
  id bigint primary key,
  prospecto_id bigint not null references prospectos (id),
  ejecutivo_id integer references ejecutivos (id),
  canal text not null,
  estado text not null,
  monto numeric(12, 2),
  datos jsonb not null default '{}',
  abierta_at timestamptz not null,
  cerrada_at timestamptz
);
create table mensajes (
  id bigint primary key,
  conversacion_id bigint not null references conversaciones (id),
  autor text not null,
  texto text not null,
  leido boolean not null default false,
  enviado_at timestamptz not null
);
