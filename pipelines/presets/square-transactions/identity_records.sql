-- What an order says of its buyer.
-- grain: one row per order
select
    'square_transactions:' || transaction_id as record_id,
    'square_transactions' as feed,
    transaction_id as source_id,
    'receipt' as record_kind,
    min(happened_at) as first_observed_at,
    max(happened_at) as last_observed_at,
    arg_min(customer_name, _row) as full_name
from square_transactions
group by transaction_id
