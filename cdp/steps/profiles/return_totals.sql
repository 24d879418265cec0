-- Number and value of each customer's returns, by the channel of the original sale; returns of sales that only a
-- name ties stand apart.
-- grain: one row per customer with a return that counts
-- runs on: duckdb, spark
with
counted as (
    select
        customer_id,
        sale_channel,
        value,
        counted_as = 'purchase' as is_purchase
    from customer_returns
    where counted_as in ('purchase', 'probable')
)
select
    customer_id,
    count(*) filter (where is_purchase) as count_returns,
    coalesce(sum(value) filter (where is_purchase), 0) as returned_value,
    coalesce(sum(value) filter (where is_purchase and sale_channel = 'store'), 0) as returned_value_store,
    coalesce(sum(value) filter (where is_purchase and sale_channel = 'web'), 0) as returned_value_web,
    coalesce(sum(value) filter (where is_purchase and sale_channel = 'app'), 0) as returned_value_app,
    coalesce(sum(value) filter (where not is_purchase), 0) as returned_value_probable
from counted
group by customer_id
