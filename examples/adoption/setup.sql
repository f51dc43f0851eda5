-- What somebody made by hand, over the years.
create extension if not exists pg_cron;

create table public.orders (id int primary key, customer text not null, day date not null, amount int not null);

insert into public.orders select i, 'Customer ' || i % 10, date '2026-01-01' + i % 7, i from generate_series(1, 70) as i;

create schema reports;

create role analyst;

create materialized view public.daily_sales as
select day, count(*) as orders, sum(amount) as amount from public.orders group by day;

create unique index daily_sales_day_idx on public.daily_sales (day);

grant select on public.daily_sales to analyst;

comment on materialized view public.daily_sales is 'What the shop sold, by day';

select cron.schedule('refresh-daily_sales', '*/5 * * * *', 'REFRESH MATERIALIZED VIEW CONCURRENTLY public.daily_sales');

create materialized view reports.customers as
select customer, sum(amount) as amount from public.orders group by customer;

create unique index customers_key on reports.customers (customer);

create index customers_lower_idx on reports.customers (lower(customer)) where amount > 100;

select cron.schedule('customers', '0 * * * *', 'REFRESH MATERIALIZED VIEW CONCURRENTLY reports.customers');

create materialized view reports.best_days as
select day, amount from public.daily_sales where amount > 350;

create unique index best_days_day_idx on reports.best_days (day);

-- A job that does more than refresh, and so is declared by itself.
select cron.schedule(
  'nightly', '0 3 * * *', 'refresh materialized view concurrently reports.best_days; analyze reports.best_days'
);
