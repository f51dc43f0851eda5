-- The eight checks as numbers only, one row, for clients that cannot return text: checks.sql with -v numbers=1.
-- psql -v view=public.daily_revenue -v job=refresh-daily-revenue -f sql/verify/numbers.sql
-- From standard input psql does not know this folder: then checks.sql with -v numbers=1.
\set numbers 1
\ir checks.sql
