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
    select * from pos_receipts where upper(line_type) = 'RETURN'
)
select
    'pos_receipts:' || brought_back.receipt_key || '-' || brought_back.line as return_id,
    brought_back.original_receipt as order_id,
    'pos_receipts:' || brought_back.receipt_key as record_id,
    'pos_receipts' as feed,
    'store' as return_channel,
    brought_back.happened_at as returned_at,
    articles.sku,
    brought_back.article_ean as gtin,
    abs(brought_back.quantity) as quantity,
    abs(brought_back.amount) as amount
from brought_back
left join articles on brought_back.article_ean = articles.gtin
