-- Sold lines of till receipts; the product is found by its article number.
-- grain: one row per sold receipt line
with
articles as (
    select gtin, min(sku) as sku
    from products
    where gtin is not null
    group by gtin
),
sold as (
    select * from pos_receipts where upper(line_type) = 'SALE'
)
select
    'pos_receipts:' || sold.receipt_key || '-' || sold.line as order_line_id,
    sold.receipt_key as order_id,
    'pos_receipts:' || sold.receipt_key as record_id,
    'pos_receipts' as feed,
    sold.line as line_number,
    articles.sku,
    sold.article_ean as gtin,
    sold.description as product_name,
    sold.quantity,
    sold.unit_price,
    coalesce(sold.discount, 0) as discount_amount,
    sold.amount
from sold
left join articles on sold.article_ean = articles.gtin
