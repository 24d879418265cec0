-- Lines of online orders. The discount on the order is spread over its lines by value, to the cent: the last
-- line takes the rest, so that the lines add up to the order's merchandise value.
-- grain: one row per order line
with
articles as (
    select sku, min(gtin) as gtin
    from products
    group by sku
),
lines as (
    select
        order_name,
        _row,
        line_sku,
        line_name,
        line_quantity,
        line_price,
        line_quantity * line_price - coalesce(line_discount, 0) as line_total,
        coalesce(line_discount, 0) as line_discount,
        row_number() over (partition by order_name order by _row) as line_number,
        count(*) over (partition by order_name) as count_lines,
        sum(line_quantity * line_price - coalesce(line_discount, 0)) over (partition by order_name) as lines_total,
        max(subtotal) over (partition by order_name) as subtotal
    from shopify_orders
),
shares as (
    select
        *,
        coalesce(lines_total - subtotal, 0) as order_discount,
        case
            when lines_total > 0
                then round(coalesce(lines_total - subtotal, 0) * line_total / lines_total, 2)
            else 0
        end as share
    from lines
),
settled as (
    select
        *,
        case
            when line_number = count_lines
                then order_discount - coalesce(sum(share) over earlier, 0)
            else share
        end as discount_share
    from shares
    window earlier as (
        partition by order_name order by line_number rows between unbounded preceding and 1 preceding
    )
)
select
    'shopify_orders:' || settled.order_name || '-' || settled.line_number as order_line_id,
    settled.order_name as order_id,
    'shopify_orders:' || settled.order_name as record_id,
    'shopify_orders' as feed,
    settled.line_number,
    settled.line_sku as sku,
    articles.gtin,
    settled.line_name as product_name,
    settled.line_quantity as quantity,
    settled.line_price as unit_price,
    settled.line_discount + settled.discount_share as discount_amount,
    settled.line_total - settled.discount_share as amount
from settled
left join articles on settled.line_sku = articles.sku
