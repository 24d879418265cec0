-- Orders that count: not cancelled and placed before the as-of instant, with their customer.
-- grain: one row per order; customer_id is null when the order's record is unknown to identity
-- runs on: duckdb, spark
select
    orders.order_id,
    orders.record_id,
    identity_map.customer_id,
    orders.channel,
    orders.ordered_at,
    orders.status,
    orders.currency,
    orders.gross_revenue,
    orders.store_id
from orders
left join identity_map on orders.record_id = identity_map.record_id
where not coalesce(orders.is_cancelled, false)
    and orders.ordered_at < cast($as_of as timestamp)
