-- What is left of each purchase after the cost of its goods; where costs are unknown, the rate of all others.
-- grain: one row per purchase; margin is null where neither is known, or the order has no value in our currency
-- runs on: duckdb
with
articles as (
    select sku as article, cost from products
    union all
    select gtin as article, min_by(cost, sku) as cost from products where gtin is not null group by gtin
),
costs as (
    select article, min(cost) as cost from articles where article is not null group by article
),
known as (
    select
        order_lines.order_id,
        sum(order_lines.quantity * costs.cost) as cost,
        bool_and(costs.cost is not null) as is_known
    from order_lines
    left join costs on coalesce(order_lines.sku, order_lines.gtin) = costs.article
    group by order_lines.order_id
),
valued as (
    select
        customer_orders.order_id,
        customer_orders.gross_revenue,
        customer_orders.has_value,
        case when known.is_known and customer_orders.has_value then customer_orders.gross_revenue - known.cost end
            as margin
    from customer_orders
    left join known on customer_orders.order_id = known.order_id
    where customer_orders.is_purchase
),
usual as (
    select cast(sum(margin) as double) / nullif(cast(sum(gross_revenue) as double), 0) as rate
    from valued
    where margin is not null
)
select
    valued.order_id,
    case
        when valued.margin is not null then cast(valued.margin as double)
        when valued.has_value then cast(valued.gross_revenue as double) * usual.rate
    end as margin
from valued
cross join usual
