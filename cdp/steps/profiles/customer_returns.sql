-- Every return with the customer it is credited to: the buyer where known, else whoever brought it back.
-- grain: one row per return
-- runs on: duckdb, spark
with
sales as (
    select
        orders.order_id,
        orders.channel,
        orders.ordered_at,
        coalesce(orders.is_cancelled, false) as is_cancelled,
        identity_map.customer_id,
        coalesce(customers.is_anonymous, true) as is_anonymous
    from orders
    left join identity_map on orders.record_id = identity_map.record_id
    left join customers on identity_map.customer_id = customers.customer_id
),
returners as (
    select
        returns.return_id,
        identity_map.customer_id,
        coalesce(customers.is_anonymous, true) as is_anonymous
    from returns
    inner join identity_map on returns.record_id = identity_map.record_id
    left join customers on identity_map.customer_id = customers.customer_id
),
credited as (
    select
        returns.return_id,
        returns.order_id,
        returns.record_id,
        returns.feed,
        case
            when not sales.is_anonymous then sales.customer_id
            when not returners.is_anonymous then returners.customer_id
            else coalesce(sales.customer_id, returners.customer_id)
        end as customer_id,
        coalesce(
            sales.channel,
            case when returns.return_channel = 'store' then 'store' else 'web' end
        ) as sale_channel,
        returns.return_channel,
        returns.returned_at,
        sales.ordered_at,
        returns.sku,
        returns.gtin,
        returns.quantity,
        returns.amount,
        not coalesce(sales.is_cancelled, false)
            and coalesce(sales.ordered_at < cast($as_of as timestamp), true)
            and coalesce(returns.returned_at < cast($as_of as timestamp), true) as is_counted
    from returns
    left join sales on returns.order_id = sales.order_id
    left join returners on returns.return_id = returners.return_id
)
select
    return_id,
    order_id,
    record_id,
    feed,
    customer_id,
    sale_channel,
    return_channel,
    ordered_at,
    returned_at,
    sku,
    gtin,
    quantity,
    amount,
    is_counted
from credited
