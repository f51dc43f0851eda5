-- Has prepared statements of this transaction planned once for all parameters, not for each.
set local plan_cache_mode = force_generic_plan;
