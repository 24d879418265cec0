-- Number, value and dates of each customer's orders, by channel of sale.
-- grain: one row per customer with an order that counts
-- runs on: duckdb, spark
select
    customer_id,
    count(*) as count_orders,
    count(*) filter (where channel = 'store') as count_orders_store,
    count(*) filter (where channel = 'web') as count_orders_web,
    count(*) filter (where channel = 'app') as count_orders_app,
    coalesce(sum(gross_revenue), 0) as gross_revenue,
    coalesce(sum(gross_revenue) filter (where channel = 'store'), 0) as gross_revenue_store,
    coalesce(sum(gross_revenue) filter (where channel = 'web'), 0) as gross_revenue_web,
    coalesce(sum(gross_revenue) filter (where channel = 'app'), 0) as gross_revenue_app,
    min(ordered_at) as first_purchase_at,
    max(ordered_at) as last_purchase_at,
    max(ordered_at) filter (where channel = 'store') as last_purchase_store_at,
    max(ordered_at) filter (where channel = 'web') as last_purchase_web_at,
    max(ordered_at) filter (where channel = 'app') as last_purchase_app_at
from counted_orders
where customer_id is not null
group by customer_id
