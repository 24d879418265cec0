-- Orders that count: not cancelled and placed before the as-of instant, with their customer and as what they count.
-- grain: one row per order; customer_id is null when the order's record is unknown to identity
-- runs on: duckdb, spark
select
    orders.order_id,
    orders.record_id,
    order_owners.customer_id,
    order_owners.counted_as,
    orders.channel,
    orders.ordered_at,
    orders.status,
    orders.currency,
    order_owners.revenue,
    orders.store_id
from orders
inner join order_owners on orders.order_id = order_owners.order_id
where order_owners.counted_as is not null
