-- For the master user, in the database of the view.
create role deployer login password :'password';

create table public.orders (id int primary key, day date not null, amount int not null);

insert into public.orders select i, date '2026-01-01' + i % 7, i from generate_series(1, 70) as i;

grant select on public.orders to deployer;

create schema reports;

grant usage, create on schema reports to deployer;

-- RDS keeps pg_cron in the database postgres.
\connect postgres

create extension if not exists pg_cron;

grant usage on schema cron to deployer;

-- Without these a role makes jobs in the database postgres alone, and cannot pause one.
grant execute on function cron.schedule_in_database(text, text, text, text, text, boolean) to deployer;

grant execute on function cron.alter_job(bigint, text, text, text, text, boolean) to deployer;
