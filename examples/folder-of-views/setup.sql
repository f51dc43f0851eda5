create extension if not exists pg_cron;

create role analyst;

create schema reports;

grant usage on schema reports to analyst;

create table public.customers (id int primary key, email text not null);

create table public.products (id int primary key, name text not null, price int not null);

create table public.orders (id int primary key, customer_id int not null references public.customers (id), day date not null);

create table public.order_lines (
  order_id int references public.orders (id),
  product_id int references public.products (id),
  quantity int not null,
  primary key (order_id, product_id)
);

insert into public.customers select i, 'Customer' || i || '@example.com' from generate_series(1, 10) as i;

insert into public.products select i, 'Product ' || i, i * 10 from generate_series(1, 5) as i;

insert into public.orders select i, 1 + i % 8, date '2026-01-01' + i % 7 from generate_series(1, 70) as i;

insert into public.order_lines select i, 1 + i % 4, 1 + i % 3 from generate_series(1, 70) as i;
