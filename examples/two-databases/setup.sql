-- In the database shop.
create extension if not exists pg_cron;

create table public.orders (id int primary key, day date not null, amount int not null);

insert into public.orders select i, date '2026-01-01' + i % 7, i from generate_series(1, 70) as i;

-- The other database, on the same server here; it may be on any.
create database warehouse;

\connect warehouse

create table public.stock (product text primary key, shelf int not null, amount int not null);

insert into public.stock select 'product ' || i, i % 3, 10 * i from generate_series(1, 12) as i;
