SELECT orders.customer,
    sum(orders.amount) AS amount
   FROM public.orders
  GROUP BY orders.customer
