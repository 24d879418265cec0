-- Products that each customer has bought.
-- grain: one row per customer and product
-- runs on: duckdb
with
products_once as (
    select gtin, min(sku) as sku from products where gtin is not null group by gtin
)
select distinct
    customer_orders.customer_id,
    coalesce(order_lines.sku, products_once.sku) as sku
from order_lines
inner join customer_orders on order_lines.order_id = customer_orders.order_id
left join products_once on order_lines.sku is null and order_lines.gtin = products_once.gtin
where customer_orders.is_purchase and coalesce(order_lines.sku, products_once.sku) is not null
