-- What an order says of its buyer.
-- grain: one row per order
select
    'lightspeed_sales:' || receipt_number as record_id,
    'lightspeed_sales' as feed,
    receipt_number as source_id,
    'receipt' as record_kind,
    min(date) as first_observed_at,
    max(date) as last_observed_at,
    arg_min(customer_name, _row) as full_name
from lightspeed_sales
group by receipt_number
