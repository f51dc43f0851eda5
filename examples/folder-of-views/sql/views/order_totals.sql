select orders.id as order_id, orders.customer_id, orders.day, sum(lines.quantity * products.price) as amount
from public.orders
join public.order_lines as lines on lines.order_id = orders.id
join public.products on products.id = lines.product_id
group by orders.id
