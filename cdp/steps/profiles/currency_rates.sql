-- What one unit of each currency is worth in the workspace's own, and from which day until before which.
-- grain: one row per currency and first day of a rate
-- runs on: duckdb, spark
select
    lower(currency) as currency,
    rate,
    rate_date as first_date,
    lead(rate_date) over (partition by lower(currency) order by rate_date) as next_date
from exchange_rates
where lower(currency) <> lower($currency)
