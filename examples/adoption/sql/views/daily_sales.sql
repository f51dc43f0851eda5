SELECT orders.day,
    count(*) AS orders,
    sum(orders.amount) AS amount
   FROM public.orders
  GROUP BY orders.day
