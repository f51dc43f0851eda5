select day, count(*) as orders, sum(amount) as amount from public.order_totals group by day
