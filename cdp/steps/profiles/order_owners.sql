-- Whose each order is, as what it counts, and its value in the workspace's currency by the rate of its business day.
-- grain: one row per order; counted_as is null for cancelled orders and those placed after the as-of instant
-- runs on: duckdb, spark
with
owned as (
    select
        orders.order_id,
        identity_map.customer_id,
        coalesce(customers.is_anonymous, true) as is_anonymous,
        record_evidence.evidence,
        not coalesce(orders.is_cancelled, false) and orders.ordered_at < cast($as_of as timestamp) as is_counted,
        lower(coalesce(orders.currency, $currency)) as currency,
        business_days.business_date as order_date,
        orders.gross_revenue
    from orders
    left join identity_map on orders.record_id = identity_map.record_id
    left join customers on identity_map.customer_id = customers.customer_id
    left join record_evidence on orders.record_id = record_evidence.record_id
    left join business_days
        on lower(orders.currency) <> lower($currency)
        and cast(orders.ordered_at as date) = business_days.utc_date
        and orders.ordered_at >= business_days.starts_at
        and orders.ordered_at < business_days.ends_at
)
select
    owned.order_id,
    owned.customer_id,
    case
        when not owned.is_counted then null
        when owned.is_anonymous then 'anonymous'
        when owned.evidence = 'strong' then 'purchase'
        else 'probable'
    end as counted_as,
    case
        when owned.currency = lower($currency) then cast(1 as decimal(18, 8))
        else day_rates.rate
    end as exchange_rate,
    case
        when owned.currency = lower($currency) then owned.gross_revenue
        else cast(round(owned.gross_revenue * day_rates.rate, 2) as decimal(18, 2))
    end as revenue
from owned
left join day_rates
    on owned.currency = day_rates.currency
    and owned.order_date = day_rates.day
