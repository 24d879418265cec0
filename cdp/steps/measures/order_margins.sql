-- What is left of each purchase after the cost of its goods; where costs are unknown, the rate of all others.
-- grain: one row per purchase
-- runs on: duckdb
with
products_once as (
    select sku, gtin, cost from products where cost is not null
),
known as (
    select
        order_lines.order_id,
        sum(order_lines.amount) as amount,
        sum(order_lines.quantity * coalesce(by_sku.cost, by_gtin.cost)) as cost,
        bool_and(coalesce(by_sku.cost, by_gtin.cost) is not null) as is_known
    from order_lines
    left join products_once as by_sku on order_lines.sku = by_sku.sku
    left join products_once as by_gtin on order_lines.sku is null and order_lines.gtin = by_gtin.gtin
    group by order_lines.order_id
),
usual as (
    select cast(sum(amount - cost) as double) / nullif(cast(sum(amount) as double), 0) as rate
    from known
    where is_known
)
select
    customer_orders.order_id,
    cast(customer_orders.gross_revenue as double) as gross_revenue,
    case
        when known.is_known then cast(customer_orders.gross_revenue - known.cost as double)
        else cast(customer_orders.gross_revenue as double) * usual.rate
    end as margin
from customer_orders
cross join usual
left join known on customer_orders.order_id = known.order_id
where customer_orders.is_purchase
