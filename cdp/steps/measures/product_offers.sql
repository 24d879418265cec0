-- Which products can be offered, and how often they come back.
-- grain: one row per product
-- runs on: duckdb
with
latest as (
    select store_id, sku, arg_max(on_hand - reserved, stock_date) as free
    from inventory
    where stock_date < cast($as_of as timestamp)
    group by store_id, sku
),
stock as (
    select sku, sum(greatest(free, 0)) as free from latest group by sku
),
sold as (
    select coalesce(order_lines.sku, products.sku) as sku, sum(order_lines.quantity) as quantity
    from order_lines
    left join products on order_lines.sku is null and order_lines.gtin = products.gtin
    group by 1
),
returned as (
    select coalesce(returns.sku, products.sku) as sku, sum(returns.quantity) as quantity
    from returns
    left join products on returns.sku is null and returns.gtin = products.gtin
    group by 1
)
select
    products.sku,
    coalesce(lower(products.status), 'active') = 'active'
        and ((select count(*) from stock) = 0 or coalesce(stock.free, 0) > 0) as is_offered,
    least(
        coalesce(cast(returned.quantity as double) / nullif(cast(sold.quantity as double), 0), 0.0), 1.0
    ) as return_rate
from products
left join stock on products.sku = stock.sku
left join sold on products.sku = sold.sku
left join returned on products.sku = returned.sku
