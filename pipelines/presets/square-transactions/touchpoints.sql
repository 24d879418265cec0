-- Orders, and goods brought back, as dated contacts.
-- grain: one row per order and kind of row
select
    'square_transactions:' || transaction_id || ':' || case when is_return then 'return' else 'sale' end as touchpoint_id,
    'square_transactions:' || transaction_id as record_id,
    'square_transactions' as feed,
    'store' as channel,
    case when is_return then 'Order Returned' else 'Order Completed' end as event_name,
    min(happened_at) as occurred_at,
    transaction_id as order_id,
    abs(sum(row_amount)) as amount
from square_transactions
where happened_at is not null
group by transaction_id, is_return
