select customers.id as customer_id, customers.email, count(totals.order_id) as orders, coalesce(sum(totals.amount), 0) as amount
from public.customers
left join public.order_totals as totals on totals.customer_id = customers.id
group by customers.id
