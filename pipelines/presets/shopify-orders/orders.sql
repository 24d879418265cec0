-- Orders of the web shop, its app and its tills. A sales channel of one's own has a number as its source: add it to the
-- case, here and in touchpoints.sql. Only an order's first row is full.
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
    from shopify_orders
    group by order_name
)
select
    order_name as order_id,
    'shopify_orders:' || order_name as record_id,
    'shopify_orders' as feed,
    case source when 'pos' then 'store' when 'iphone' then 'app' when 'android' then 'app' else 'web' end as channel,
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
