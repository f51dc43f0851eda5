-- The text stayed as it was and means something else by now: a change.

--# case star after a column was added
--# live
select * from ejecutivos
--# meanwhile
alter table ejecutivos add column correo text;
--# different
select * from ejecutivos

--# case star of one source in a join after a column was added
--# live
select c.id as conversacion, e.* from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id
--# meanwhile
alter table ejecutivos add column correo text;
--# different
select c.id as conversacion, e.* from conversaciones c join ejecutivos e on e.id = c.ejecutivo_id

--# case star in a common table expression whose new column nobody uses
--# live
with m as (select * from mensajes) select m.id, m.texto from m
--# meanwhile
alter table mensajes add column idioma text;
--# different
with m as (select * from mensajes) select m.id, m.texto from m

--# case natural join after a common column was added
--# setup
create table metas (canal text, meta numeric);
--# live
select c.id, metas.meta from conversaciones c natural join metas
--# meanwhile
alter table metas add column estado text;
--# different
select c.id, metas.meta from conversaciones c natural join metas

--# case natural left join after a common column was added to the other side
--# setup
create table zonas (sede text, zona text);
--# live
select id, zona from prospectos natural left join zonas
--# meanwhile
alter table prospectos add column zona text;
--# different
select id, zona from prospectos natural left join zonas

--# case table swapped by rename
--# live
select id, texto from mensajes
--# meanwhile
alter table mensajes rename to mensajes_viejos;
create table mensajes (id bigint primary key, texto text not null);
--# different
select id, texto from mensajes

--# case view swapped by rename
--# setup
create view abiertas as select id, canal from conversaciones where estado = 'abierta';
--# live
select id, canal from abiertas
--# meanwhile
alter view abiertas rename to abiertas_viejas;
create view abiertas as select id, canal from conversaciones where estado <> 'cerrada';
--# different
select id, canal from abiertas

--# case old column name added again
--# live
select id, nombre from prospectos
--# meanwhile
alter table prospectos rename column nombre to nombre_viejo;
alter table prospectos add column nombre text;
--# different
select id, nombre from prospectos

--# case two columns exchanged their names
--# live
select id, abierta_at, cerrada_at from conversaciones
--# meanwhile
alter table conversaciones rename column abierta_at to x;
alter table conversaciones rename column cerrada_at to abierta_at;
alter table conversaciones rename column x to cerrada_at;
--# different
select id, abierta_at, cerrada_at from conversaciones

--# case a better overload was added
--# setup
create function puntaje(valor numeric) returns numeric language sql immutable as 'select valor';
--# live
select id, puntaje(ejecutivo_id) as puntaje from conversaciones
--# meanwhile
create function puntaje(valor integer) returns numeric language sql immutable as 'select valor * 2';
--# different
select id, puntaje(ejecutivo_id) as puntaje from conversaciones

--# case a better overload of a built-in function was added
--# live
select id, round(ejecutivo_id) as redondo from conversaciones
--# meanwhile
create function round(valor integer) returns integer language sql immutable as 'select valor';
--# different
select id, round(ejecutivo_id) as redondo from conversaciones

--# case an operator is shadowed by a better one
--# setup
create function igual_numero(a integer, b bigint) returns boolean language sql immutable as 'select false';
create function igual_grande(a bigint, b bigint) returns boolean language sql immutable as 'select a operator(pg_catalog.=) b';
create operator === (leftarg = bigint, rightarg = bigint, function = igual_grande);
--# live
select id from conversaciones where ejecutivo_id === prospecto_id
--# meanwhile
create operator === (leftarg = integer, rightarg = bigint, function = igual_numero);
--# different
select id from conversaciones where ejecutivo_id === prospecto_id

--# case a column of the view renamed by hand
--# live
select id, nombre from prospectos
--# meanwhile
alter materialized view vista rename column nombre to persona;
--# different
select id, nombre from prospectos

--# case a computed column of the view renamed by hand
--# live
select canal, count(*) as total from conversaciones group by canal
--# meanwhile
alter materialized view vista rename column total to cuantas;
--# different
select canal, count(*) as total from conversaciones group by canal
--# equal
select canal, count(*) as cuantas from conversaciones group by canal

--# case the same name in two schemas
--# setup
create schema a; create table a.t (x int);
create schema b; create table b.t (x int);
--# live
select x from a.t
--# different
select x from b.t

--# case the same function name in two schemas
--# setup
create schema a; create function a.f(x bigint) returns bigint language sql immutable as 'select x';
create schema b; create function b.f(x bigint) returns bigint language sql immutable as 'select x';
--# live
select a.f(id) as x from prospectos
--# different
select b.f(id) as x from prospectos
