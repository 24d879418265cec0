-- A purchase at a till, and goods brought back to it, as dated contacts.
-- grain: one row per receipt and kind of line (sale, return)
with
lines as (
    select
        * replace (upper(line_type) as line_type)
    from pos_receipts
)
select
    'pos_receipts:' || receipt_key || ':' || lower(line_type) as touchpoint_id,
    'pos_receipts:' || receipt_key as record_id,
    'pos_receipts' as feed,
    'store' as channel,
    case when line_type = 'SALE' then 'Order Completed' else 'Order Returned' end as event_name,
    min(happened_at) as occurred_at,
    case when line_type = 'SALE' then receipt_key else min(original_receipt) end as order_id,
    abs(sum(quantity)) as quantity,
    abs(sum(amount)) as amount,
    json_object('store_id', min(store_no), 'tender', arg_min(tender, line)) as properties
from lines
group by receipt_key, line_type
