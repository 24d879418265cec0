-- The product list.
-- grain: one row per product
select
    sku,
    gtin,
    title,
    brand,
    category,
    product_type,
    colour,
    cost,
    list_price,
    upper(currency) as currency,
    lower(status) as status,
    updated_at
from products
