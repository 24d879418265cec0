-- Each buyer as the models of ordering see him at the end of a day, and what he did after it.
-- grain: one row per customer who had bought by then
-- runs on: duckdb
with
known as (
    select
        customer_id,
        count(*) - 1 as count_repeats,
        min(bought_on) as first_on,
        max(bought_on) as last_on,
        cast(sum(value) as double) / count(*) as mean_value
    from purchase_days
    where bought_on <= cast($known_until as date)
    group by customer_id
),
later as (
    select customer_id, count(*) as orders_after, cast(sum(value) as double) as value_after
    from purchase_days
    where bought_on > cast($known_until as date)
    group by customer_id
)
select
    known.customer_id,
    known.count_repeats,
    date_diff('day', known.first_on, known.last_on) as last_age,
    date_diff('day', known.first_on, cast($known_until as date)) as age,
    known.mean_value,
    coalesce(later.orders_after, 0) as orders_after,
    coalesce(later.value_after, 0.0) as value_after
from known
left join later on known.customer_id = later.customer_id
