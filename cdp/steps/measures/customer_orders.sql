-- Orders that count to an identified customer, each with whether it is surely his, in the workspace's currency.
-- grain: one row per order that counts to an identified customer
-- runs on: duckdb, spark
select
    orders.order_id,
    order_owners.customer_id,
    orders.channel,
    orders.ordered_at,
    coalesce(order_owners.revenue, 0) as gross_revenue,
    order_owners.counted_as = 'purchase' as is_purchase
from orders
inner join order_owners on orders.order_id = order_owners.order_id
where order_owners.counted_as in ('purchase', 'probable')
