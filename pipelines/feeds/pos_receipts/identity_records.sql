-- What a till receipt says of its buyer: only the name typed at the till.
-- grain: one row per receipt (store, till, number)
with
lines as (
    select
        pos_receipts.store_no || '-' || pos_receipts.till || '-' || pos_receipts.receipt_no as receipt_key,
        pos_receipts.line,
        pos_receipts.customer_name,
        pos_receipts.receipt_date + cast(pos_receipts.receipt_time as time) as printed_at,
        pos_receipts.last_changed,
        coalesce(stores.time_zone, 'UTC') as time_zone
    from pos_receipts
    left join stores on pos_receipts.store_no = stores.store_id
),
-- The receipt prints minutes; an uncorrected one keeps its seconds in the change time.
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
    'pos_receipts:' || receipt_key as record_id,
    'pos_receipts' as feed,
    receipt_key as source_id,
    'receipt' as record_kind,
    min(happened_at) as first_observed_at,
    max(happened_at) as last_observed_at,
    arg_min(customer_name, line) as full_name
from timed
group by receipt_key
