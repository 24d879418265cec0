-- What came back. The sale it comes from is known only where both stand under one number.
-- grain: one row per returned line
with
sales as (
    select distinct receipt_number as order_id
    from lightspeed_sales
    where is_line and not is_return
)
select
    'lightspeed_sales:' || receipt_number || '-' || _row as return_id,
    sales.order_id as order_id,
    'lightspeed_sales:' || receipt_number as record_id,
    'lightspeed_sales' as feed,
    'store' as return_channel,
    date as returned_at,
    article as sku,
    abs(coalesce(quantity, 1)) as quantity,
    abs(coalesce(total, 0)) as amount,
    'GBP' as currency
from lightspeed_sales
left join sales on lightspeed_sales.receipt_number = sales.order_id
where is_return and is_line
