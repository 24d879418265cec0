-- Orders that count to an identified customer, each with whether it is surely his, in the workspace's currency.
-- Whoever asked to be forgotten is left out.
-- grain: one row per order that counts to an identified customer
-- runs on: duckdb
select
    orders.order_id,
    order_owners.customer_id,
    orders.channel,
    orders.ordered_at,
    cast(timezone($time_zone, timezone('UTC', orders.ordered_at)) as date) as ordered_on,
    coalesce(order_owners.revenue, 0) as gross_revenue,
    order_owners.revenue is not null as has_value,
    order_owners.counted_as = 'purchase' as is_purchase
from orders
inner join order_owners on orders.order_id = order_owners.order_id
inner join profiles on order_owners.customer_id = profiles.customer_id
where order_owners.counted_as in ('purchase', 'probable') and not profiles.is_erasure_requested
