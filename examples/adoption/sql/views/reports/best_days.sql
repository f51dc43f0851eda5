SELECT daily_sales.day,
    daily_sales.amount
   FROM public.daily_sales
  WHERE (daily_sales.amount > 350)
