-- Everything that was done with a cart before the as-of instant, with the customer of the device.
-- grain: one row per touchpoint that names a cart
-- runs on: duckdb, spark
select
    touchpoints.cart_id,
    touchpoints.touchpoint_id,
    touchpoints.record_id,
    identity_map.source_id as device,
    identity_map.customer_id,
    not customers.is_anonymous as is_known,
    touchpoints.channel,
    touchpoints.event_name,
    touchpoints.occurred_at,
    touchpoints.order_id,
    touchpoints.sku,
    touchpoints.quantity,
    touchpoints.amount
from touchpoints
inner join identity_map on touchpoints.record_id = identity_map.record_id
inner join customers on identity_map.customer_id = customers.customer_id
where touchpoints.cart_id is not null
    and touchpoints.occurred_at < cast($as_of as timestamp)
