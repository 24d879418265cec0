-- The open cart of each customer, and how many carts were left behind.
-- grain: one row per customer with a cart
-- runs on: duckdb, spark
select
    customer_id,
    count(*) as count_carts,
    count(*) filter (where status = 'abandoned') as count_abandoned_carts,
    max(cart_id) filter (where is_current) as open_cart_id,
    max(items) filter (where is_current) as open_cart_items,
    max(value) filter (where is_current) as open_cart_value,
    max(began_at) filter (where is_current) as open_cart_began_at,
    max(began_channel) filter (where is_current) as open_cart_began_channel,
    max(began_device) filter (where is_current) as open_cart_began_device,
    max(last_touched_at) filter (where is_current) as open_cart_last_touched_at,
    max(count_devices) filter (where is_current) as open_cart_devices
from carts
group by customer_id
