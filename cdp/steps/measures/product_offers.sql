-- Which products can be offered, and how often they come back.
-- grain: one row per product
-- runs on: duckdb
with
by_gtin as (
    select gtin, min(sku) as sku from products where gtin is not null group by gtin
),
latest as (
    select store_id, sku, arg_max(on_hand - reserved, stock_date) as free
    from inventory
    where stock_date <= cast($last_day as date)
    group by store_id, sku
),
stock as (
    select sku, sum(greatest(free, 0)) as free from latest group by sku
),
sold as (
    select coalesce(order_lines.sku, by_gtin.sku) as sku, sum(order_lines.quantity) as quantity
    from order_lines
    left join by_gtin on order_lines.sku is null and order_lines.gtin = by_gtin.gtin
    group by 1
),
returned as (
    select coalesce(returns.sku, by_gtin.sku) as sku, sum(returns.quantity) as quantity
    from returns
    left join by_gtin on returns.sku is null and returns.gtin = by_gtin.gtin
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
