-- Number, value and dates of each customer's purchases by channel of sale; what only a name ties stands apart.
-- grain: one row per customer with an order that counts
-- runs on: duckdb, spark
with
placed as (
    select
        customer_id,
        channel,
        ordered_at,
        revenue,
        counted_as = 'purchase' as is_purchase
    from counted_orders
    where counted_as in ('purchase', 'probable')
)
select
    customer_id,
    count(*) filter (where is_purchase) as count_orders,
    count(*) filter (where is_purchase and channel = 'store') as count_orders_store,
    count(*) filter (where is_purchase and channel = 'web') as count_orders_web,
    count(*) filter (where is_purchase and channel = 'app') as count_orders_app,
    coalesce(sum(revenue) filter (where is_purchase), 0) as gross_revenue,
    coalesce(sum(revenue) filter (where is_purchase and channel = 'store'), 0) as gross_revenue_store,
    coalesce(sum(revenue) filter (where is_purchase and channel = 'web'), 0) as gross_revenue_web,
    coalesce(sum(revenue) filter (where is_purchase and channel = 'app'), 0) as gross_revenue_app,
    count(*) filter (where not is_purchase) as count_orders_probable,
    coalesce(sum(revenue) filter (where not is_purchase), 0) as gross_revenue_probable,
    min(ordered_at) filter (where is_purchase) as first_purchase_at,
    max(ordered_at) filter (where is_purchase) as last_purchase_at,
    max(ordered_at) filter (where is_purchase and channel = 'store') as last_purchase_store_at,
    max(ordered_at) filter (where is_purchase and channel = 'web') as last_purchase_web_at,
    max(ordered_at) filter (where is_purchase and channel = 'app') as last_purchase_app_at
from placed
group by customer_id
