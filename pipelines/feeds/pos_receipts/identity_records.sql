-- What a till receipt says of its buyer: only the name typed at the till.
-- grain: one row per receipt (store, till, number)
select
    'pos_receipts:' || receipt_key as record_id,
    'pos_receipts' as feed,
    receipt_key as source_id,
    'receipt' as record_kind,
    min(happened_at) as first_observed_at,
    max(happened_at) as last_observed_at,
    arg_min(customer_name, line) as full_name
from pos_receipts
group by receipt_key
