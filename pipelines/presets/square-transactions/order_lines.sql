-- What was sold, product by product.
-- grain: one row per sold line
with
numbered as (
    select *, row_number() over (partition by transaction_id order by _row) as line_number
    from square_transactions
    where not is_return
)
select
    'square_transactions:' || transaction_id || '-' || line_number as order_line_id,
    transaction_id as order_id,
    'square_transactions:' || transaction_id as record_id,
    'square_transactions' as feed,
    line_number,
    article as sku,
    item as product_name,
    coalesce(qty, 1) as quantity,
    abs(coalesce(discounts, 0)) as discount_amount,
    coalesce(row_amount, 0) as amount
from numbered
