-- What was sold, product by product.
-- grain: one row per sold line
with
numbered as (
    select *, row_number() over (partition by receipt_number order by _row) as line_number
    from lightspeed_sales
    where is_line and not is_return
)
select
    'lightspeed_sales:' || receipt_number || '-' || line_number as order_line_id,
    receipt_number as order_id,
    'lightspeed_sales:' || receipt_number as record_id,
    'lightspeed_sales' as feed,
    line_number,
    article as sku,
    details as product_name,
    coalesce(quantity, 1) as quantity,
    abs(coalesce(discount, 0)) as discount_amount,
    coalesce(total, 0) as amount
from numbered
