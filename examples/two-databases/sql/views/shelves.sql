select shelf, count(*) as products, sum(amount) as amount
from public.stock
group by shelf
