-- Sales at the tills. A receipt that only takes goods back is no order.
-- grain: one row per receipt with a sold line
with
sold as (
    select
        pos_receipts.store_no || '-' || pos_receipts.till || '-' || pos_receipts.receipt_no as receipt_key,
        pos_receipts.store_no,
        pos_receipts.amount,
        pos_receipts.discount,
        pos_receipts.amount * coalesce(pos_receipts.vat_percent, 0)
            / (100 + coalesce(pos_receipts.vat_percent, 0)) as tax,
        pos_receipts.receipt_date + cast(pos_receipts.receipt_time as time) as printed_at,
        pos_receipts.last_changed,
        coalesce(stores.time_zone, 'UTC') as time_zone
    from pos_receipts
    left join stores on pos_receipts.store_no = stores.store_id
    where upper(pos_receipts.line_type) = 'SALE'
),
timed as (
    select
        *,
        timezone('UTC', timezone(
            time_zone,
            case when date_trunc('minute', last_changed) = printed_at then last_changed else printed_at end
        )) as happened_at
    from sold
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
from timed
group by receipt_key
