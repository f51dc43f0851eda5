create extension if not exists pg_cron;

-- A user sees their own orders.
create table public.orders (id int primary key, user_id uuid not null, day date not null, amount int not null);

alter table public.orders enable row level security;

create policy "own orders" on public.orders for select to authenticated using (user_id = (select auth.uid()));

insert into public.orders
select i, ('00000000-0000-0000-0000-00000000000' || 1 + i % 3)::uuid, date '2026-01-01' + i % 2, i
from generate_series(1, 60) as i;

-- The view has the rows of all users, in a schema that the API does not show.
create schema private;

grant usage on schema private to service_role;

-- What the API does show of it: the rows of whoever asks.
create function public.my_sales() returns table (day date, orders bigint, amount bigint)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return query
    select sales.day, sales.orders, sales.amount
    from private.customer_sales as sales
    where sales.user_id = (select auth.uid());
end
$$;

revoke execute on function public.my_sales() from public, anon;

grant execute on function public.my_sales() to authenticated;
