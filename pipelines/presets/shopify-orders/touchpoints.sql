-- Orders as the shop booked them, and cancellations. The visitor's own "Order Completed", with visit and cart,
-- comes from the web and app events; the shop's entry is called "Order Placed" so that neither counts twice.
-- grain: one row per order and event
with
headers as (
    select
        order_name,
        min(created_at) as created_at,
        arg_min(cancelled_at, _row) as cancelled_at,
        case arg_min(source, _row) when 'pos' then 'store' when 'iphone' then 'app' when 'android' then 'app' else 'web' end as channel,
        coalesce(arg_min(subtotal, _row), sum(line_quantity * line_price)) as amount,
        sum(line_quantity) as quantity,
        json_object(
            'financial_status', arg_min(financial_status, _row),
            'fulfillment_status', arg_min(fulfillment_status, _row),
            'payment_method', arg_min(payment_method, _row),
            'discount_code', arg_min(discount_code, _row)
        ) as properties
    from shopify_orders
    group by order_name
),
events as (
    select *, 'placed' as step, 'Order Placed' as event_name, created_at as occurred_at from headers
    union all
    select *, 'cancelled' as step, 'Order Cancelled' as event_name, cancelled_at as occurred_at
    from headers
    where cancelled_at is not null
)
select
    'shopify_orders:' || order_name || ':' || step as touchpoint_id,
    'shopify_orders:' || order_name as record_id,
    'shopify_orders' as feed,
    channel,
    event_name,
    occurred_at,
    order_name as order_id,
    quantity,
    amount,
    properties
from events
