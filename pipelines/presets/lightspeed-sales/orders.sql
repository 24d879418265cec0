-- Receipts. Parked and voided ones count as cancelled. What came back is in returns.
-- grain: one row per order
select
    receipt_number as order_id,
    'lightspeed_sales:' || receipt_number as record_id,
    'lightspeed_sales' as feed,
    'store' as channel,
    min(date) as ordered_at,
    arg_min(status, _row) as status,
    coalesce(lower(arg_min(status, _row)) in ('voided', 'parked', 'saved'), false) as is_cancelled,
    'GBP' as currency,
    coalesce(sum(total) filter (where is_line and not is_return), 0) as gross_revenue,
    abs(coalesce(sum(discount) filter (where is_line and not is_return), 0)) as discount_amount,
    abs(coalesce(sum(sales_tax) filter (where is_line and not is_return), 0)) as tax_amount,
    arg_min(register, _row) as store_id
from lightspeed_sales
group by receipt_number
having count(*) filter (where is_line and not is_return) > 0
