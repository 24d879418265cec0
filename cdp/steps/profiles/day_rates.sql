-- The latest rate of each business day on which foreign money was taken or given back.
-- grain: one row per currency and day; days before the first rate are not in it
-- runs on: duckdb, spark
with
days as (
    select lower(orders.currency) as currency, business_days.business_date as day
    from orders
    inner join business_days
        on cast(orders.ordered_at as date) = business_days.utc_date
        and orders.ordered_at >= business_days.starts_at
        and orders.ordered_at < business_days.ends_at
    where lower(orders.currency) <> lower($currency)
    union
    select currency, return_date as day
    from return_currencies
    where currency <> lower($currency)
        and return_date is not null
    union
    select currency, first_date as day
    from currency_rates
),
dated as (
    select
        days.currency,
        days.day,
        max(currency_rates.first_date) over (partition by days.currency order by days.day) as rate_date
    from days
    left join currency_rates
        on days.currency = currency_rates.currency
        and days.day = currency_rates.first_date
)
select dated.currency, dated.day, currency_rates.rate
from dated
inner join currency_rates
    on dated.currency = currency_rates.currency
    and dated.rate_date = currency_rates.first_date
