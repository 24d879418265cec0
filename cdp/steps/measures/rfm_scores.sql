-- Recency, frequency and monetary value of every buyer, each scored 1 to 5 by quintile; equals share a score.
-- grain: one row per customer with a purchase
-- runs on: duckdb
with
returned as (
    select customer_id, sum(value) as value
    from customer_returns
    where counted_as = 'purchase'
    group by customer_id
),
bought as (
    select
        customer_orders.customer_id,
        date_diff('day', max(customer_orders.ordered_on), cast($last_day as date)) as recency_days,
        count(*) as frequency,
        sum(customer_orders.gross_revenue) - coalesce(any_value(returned.value), 0) as monetary
    from customer_orders
    left join returned on customer_orders.customer_id = returned.customer_id
    where customer_orders.is_purchase
    group by customer_orders.customer_id
),
placed as (
    select
        *,
        count(*) over () as count_buyers,
        rank() over (order by recency_days desc) as recency_place,
        rank() over (order by frequency) as frequency_place,
        rank() over (order by monetary) as monetary_place
    from bought
)
select
    customer_id,
    cast(recency_days as bigint) as recency_days,
    cast(frequency as bigint) as frequency,
    cast(monetary as decimal(18, 2)) as monetary,
    cast(floor((recency_place - 1) * 5 / count_buyers) + 1 as integer) as recency_score,
    cast(floor((frequency_place - 1) * 5 / count_buyers) + 1 as integer) as frequency_score,
    cast(floor((monetary_place - 1) * 5 / count_buyers) + 1 as integer) as monetary_score
from placed
