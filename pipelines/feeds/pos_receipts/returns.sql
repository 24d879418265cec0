-- Goods brought back to a store, with the sale they come from: a receipt, or an online order (#…).
-- grain: one row per returned receipt line
with
articles as (
    select gtin, min(sku) as sku
    from products
    where gtin is not null
    group by gtin
),
brought_back as (
    select
        pos_receipts.*,
        pos_receipts.store_no || '-' || pos_receipts.till || '-' || pos_receipts.receipt_no as receipt_key,
        pos_receipts.receipt_date + cast(pos_receipts.receipt_time as time) as printed_at,
        coalesce(stores.time_zone, 'UTC') as time_zone
    from pos_receipts
    left join stores on pos_receipts.store_no = stores.store_id
    where upper(pos_receipts.line_type) = 'RETURN'
)
select
    'pos_receipts:' || brought_back.receipt_key || '-' || brought_back.line as return_id,
    brought_back.original_receipt as order_id,
    'pos_receipts:' || brought_back.receipt_key as record_id,
    'pos_receipts' as feed,
    'store' as return_channel,
    timezone('UTC', timezone(
        brought_back.time_zone,
        case
            when date_trunc('minute', brought_back.last_changed) = brought_back.printed_at
                then brought_back.last_changed
            else brought_back.printed_at
        end
    )) as returned_at,
    articles.sku,
    brought_back.article_ean as gtin,
    abs(brought_back.quantity) as quantity,
    abs(brought_back.amount) as amount
from brought_back
left join articles on brought_back.article_ean = articles.gtin
