-- The latest orders of each identified customer, newest first.
-- grain: one row per customer with an order that counts
-- runs on: duckdb
select
    counted_orders.customer_id,
    max({
        'ordered_at': counted_orders.ordered_at,
        'order_id': counted_orders.order_id,
        'channel': counted_orders.channel,
        'revenue': counted_orders.revenue,
        'counted_as': counted_orders.counted_as,
        'store_id': counted_orders.store_id,
        'status': counted_orders.status
    }, $recent_orders) as recent_orders
from counted_orders
inner join customers on counted_orders.customer_id = customers.customer_id
where not customers.is_anonymous
group by counted_orders.customer_id
