-- Online orders of the web shop and the app (sales channel 3890849). Only an order's first row is full.
-- grain: one row per order
with
headers as (
    select
        order_name,
        min(created_at) as created_at,
        arg_min(source, _row) as source,
        arg_min(financial_status, _row) as financial_status,
        arg_min(cancelled_at, _row) as cancelled_at,
        arg_min(currency, _row) as currency,
        arg_min(subtotal, _row) as subtotal,
        arg_min(discount_amount, _row) as discount_amount,
        arg_min(shipping, _row) as shipping,
        arg_min(taxes, _row) as taxes,
        arg_min(discount_code, _row) as discount_code,
        sum(line_quantity * line_price - coalesce(line_discount, 0)) as lines_total
    from shop_orders
    group by order_name
)
select
    order_name as order_id,
    'shop_orders:' || order_name as record_id,
    'shop_orders' as feed,
    case when source = '3890849' then 'app' else 'web' end as channel,
    created_at as ordered_at,
    financial_status as status,
    cancelled_at is not null as is_cancelled,
    coalesce(currency, 'EUR') as currency,
    coalesce(subtotal, lines_total - coalesce(discount_amount, 0)) as gross_revenue,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(shipping, 0) as shipping_amount,
    taxes as tax_amount,
    discount_code
from headers
