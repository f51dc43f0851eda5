-- The declared text no longer parses, though the live view works on: reported with what went away, never as drift.

--# case source column renamed
--# live
select id, nombre from prospectos
--# meanwhile
alter table prospectos rename column nombre to nombre_completo;
--# invalid 42703
select id, nombre from prospectos
--# equal
select id, nombre_completo as nombre from prospectos

--# case source column renamed that only a join uses
--# live
select c.id, e.nombre from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id
--# meanwhile
alter table conversaciones rename column ejecutivo_id to vendedor_id;
--# invalid 42703
select c.id, e.nombre from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id
--# equal
select c.id, e.nombre from conversaciones c join ejecutivos e on e.id = c.vendedor_id

--# case source table renamed
--# live
select id, texto from mensajes
--# meanwhile
alter table mensajes rename to mensajes_archivo;
--# invalid 42P01
select id, texto from mensajes
--# equal
select id, texto from mensajes_archivo

--# case source table moved to another schema
--# live
select id, nombre from public.ejecutivos
--# meanwhile
create schema personal;
alter table public.ejecutivos set schema personal;
--# invalid 42P01
select id, nombre from public.ejecutivos
--# equal
select id, nombre from personal.ejecutivos

--# case type renamed
--# setup
create type canal as enum ('web', 'whatsapp');
--# live
select id, canal::canal as canal from conversaciones
--# meanwhile
alter type canal rename to canal_de_venta;
--# invalid 42704
select id, canal::canal as canal from conversaciones
--# equal
select id, canal::canal_de_venta as canal from conversaciones

--# case domain renamed
--# setup
create domain importe as numeric check (value >= 0);
--# live
select id, cast(monto as importe) as monto from conversaciones
--# meanwhile
alter domain importe rename to importe_positivo;
--# invalid 42704
select id, cast(monto as importe) as monto from conversaciones

--# case function renamed
--# setup
create function resumen(texto text) returns text language sql immutable as 'select pg_catalog.left(texto, 20)';
--# live
select id, resumen(texto) as resumen from mensajes
--# meanwhile
alter function resumen(text) rename to resumen_corto;
--# invalid 42883
select id, resumen(texto) as resumen from mensajes
--# equal
select id, resumen_corto(texto) as resumen from mensajes

--# case function moved to another schema
--# setup
create function inicial(nombre text) returns text language sql immutable as 'select pg_catalog.left(nombre, 1)';
--# live
select id, public.inicial(nombre) as inicial from prospectos
--# meanwhile
create schema texto;
alter function inicial(text) set schema texto;
--# invalid 42883
select id, public.inicial(nombre) as inicial from prospectos

--# case schema renamed
--# setup
create schema ventas;
create table ventas.metas (id int, meta numeric);
--# live
select id, meta from ventas.metas
--# meanwhile
alter schema ventas rename to comercial;
--# invalid 42P01
select id, meta from ventas.metas
--# equal
select id, meta from comercial.metas

--# case a literal that its type refuses
--# live
select id from conversaciones where monto > 1
--# invalid 22P02
select id from conversaciones where monto > 'mucho'

--# case an ambiguous column after a second source got it
--# live
select id, texto, canal from mensajes join (select id as cid, canal from conversaciones) c on cid = conversacion_id
--# meanwhile
alter table mensajes add column canal text;
--# invalid 42702
select id, texto, canal from mensajes join (select id as cid, canal from conversaciones) c on cid = conversacion_id
