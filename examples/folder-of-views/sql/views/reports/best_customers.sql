select customer_id, email, amount, rank() over (order by amount desc) as place from public.customer_totals where amount > 0
