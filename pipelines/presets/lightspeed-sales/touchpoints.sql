-- Orders, and goods brought back, as dated contacts.
-- grain: one row per order and kind of row
select
    'lightspeed_sales:' || receipt_number || ':' || case when is_return then 'return' else 'sale' end as touchpoint_id,
    'lightspeed_sales:' || receipt_number as record_id,
    'lightspeed_sales' as feed,
    'store' as channel,
    case when is_return then 'Order Returned' else 'Order Completed' end as event_name,
    min(date) as occurred_at,
    receipt_number as order_id,
    abs(sum(total)) as amount
from lightspeed_sales
where date is not null and is_line
group by receipt_number, is_return
