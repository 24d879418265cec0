-- Receipts. Sales tax, which Square adds on top, is part of the amounts; tips are not. Refunds are in returns.
-- grain: one row per order
select
    transaction_id as order_id,
    'square_transactions:' || transaction_id as record_id,
    'square_transactions' as feed,
    'store' as channel,
    min(happened_at) as ordered_at,
    false as is_cancelled,
    'USD' as currency,
    coalesce(sum(row_amount) filter (where not is_return), 0) as gross_revenue,
    abs(coalesce(sum(discounts) filter (where not is_return), 0)) as discount_amount,
    abs(coalesce(sum(tax) filter (where not is_return), 0)) as tax_amount,
    arg_min(location, _row) as store_id
from square_transactions
group by transaction_id
having count(*) filter (where not is_return) > 0
