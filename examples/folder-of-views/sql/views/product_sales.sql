select products.id as product_id, products.name, coalesce(sum(lines.quantity), 0) as sold
from public.products
left join public.order_lines as lines on lines.product_id = products.id
group by products.id
