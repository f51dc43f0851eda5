select day, amount from public.daily_sales where amount > (select avg(amount) from public.daily_sales)
