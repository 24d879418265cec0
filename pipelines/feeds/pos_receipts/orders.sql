-- Sales at the tills. A receipt that only takes goods back is no order.
-- grain: one row per receipt with a sold line
with
sold as (
    select
        *,
        amount * coalesce(vat_percent, 0) / (100 + coalesce(vat_percent, 0)) as tax
    from pos_receipts
    where upper(line_type) = 'SALE'
)
select
    receipt_key as order_id,
    'pos_receipts:' || receipt_key as record_id,
    'pos_receipts' as feed,
    'store' as channel,
    min(happened_at) as ordered_at,
    'completed' as status,
    false as is_cancelled,
    'EUR' as currency,
    sum(amount) as gross_revenue,
    coalesce(sum(discount), 0) as discount_amount,
    0 as shipping_amount,
    round(sum(tax), 2) as tax_amount,
    min(store_no) as store_id
from sold
group by receipt_key
