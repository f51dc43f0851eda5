select user_id, day, count(*) as orders, sum(amount) as amount
from public.orders
group by user_id, day
