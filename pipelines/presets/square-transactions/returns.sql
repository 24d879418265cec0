-- What came back. The sale it comes from is known only where both stand under one number.
-- grain: one row per returned line
with
sales as (
    select distinct transaction_id as order_id
    from square_transactions
    where not is_return
)
select
    'square_transactions:' || transaction_id || '-' || _row as return_id,
    sales.order_id as order_id,
    'square_transactions:' || transaction_id as record_id,
    'square_transactions' as feed,
    'store' as return_channel,
    happened_at as returned_at,
    article as sku,
    abs(coalesce(qty, 1)) as quantity,
    abs(coalesce(row_amount, 0)) as amount,
    'USD' as currency
from square_transactions
left join sales on square_transactions.transaction_id = sales.order_id
where is_return
