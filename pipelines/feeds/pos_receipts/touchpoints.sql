-- A purchase at a till, and goods brought back to it, as dated contacts.
-- grain: one row per receipt and kind of line (sale, return)
with
lines as (
    select
        pos_receipts.store_no || '-' || pos_receipts.till || '-' || pos_receipts.receipt_no as receipt_key,
        pos_receipts.store_no,
        pos_receipts.line,
        upper(pos_receipts.line_type) as line_type,
        pos_receipts.quantity,
        pos_receipts.amount,
        pos_receipts.tender,
        pos_receipts.original_receipt,
        pos_receipts.receipt_date + cast(pos_receipts.receipt_time as time) as printed_at,
        pos_receipts.last_changed,
        coalesce(stores.time_zone, 'UTC') as time_zone
    from pos_receipts
    left join stores on pos_receipts.store_no = stores.store_id
),
timed as (
    select
        *,
        timezone('UTC', timezone(
            time_zone,
            case when date_trunc('minute', last_changed) = printed_at then last_changed else printed_at end
        )) as happened_at
    from lines
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
from timed
group by receipt_key, line_type
