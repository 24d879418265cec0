-- What one unit of each currency is worth in the workspace's own, from which day on.
-- grain: one row per currency and first day of a rate
-- runs on: duckdb, spark
select
    lower(currency) as currency,
    max(rate) as rate,
    rate_date as first_date
from exchange_rates
where lower(currency) <> lower($currency)
group by lower(currency), rate_date
