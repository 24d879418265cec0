-- Goods sent back by post: the export knows the refunded sum, neither the products nor the time. What was
-- refunded beyond the merchandise is shipping; refunds of cancelled orders are no returns.
-- grain: one row per refunded order
with
headers as (
    select
        order_name,
        arg_min(refunded_amount, _row) as refunded_amount,
        arg_min(subtotal, _row) as subtotal,
        arg_min(cancelled_at, _row) as cancelled_at
    from shopify_orders
    group by order_name
)
select
    'shopify_orders:' || order_name || ':refund' as return_id,
    order_name as order_id,
    'shopify_orders:' || order_name as record_id,
    'shopify_orders' as feed,
    'post' as return_channel,
    least(refunded_amount, subtotal) as amount
from headers
where refunded_amount > 0
    and cancelled_at is null
