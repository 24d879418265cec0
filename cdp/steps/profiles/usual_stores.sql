-- The store in which each customer buys most often; of several the one visited last.
-- grain: one row per customer who bought in a store
-- runs on: duckdb, spark
with
visits as (
    select
        customer_id,
        store_id,
        row_number() over (
            partition by customer_id
            order by count(*) desc, max(ordered_at) desc, store_id asc
        ) as place
    from counted_orders
    where channel = 'store'
        and store_id is not null
        and customer_id is not null
    group by customer_id, store_id
)
select customer_id, store_id
from visits
where place = 1
