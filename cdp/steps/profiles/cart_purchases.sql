-- What of a cart without an order of its own was bought after all, in whatever channel, since it was put in.
-- grain: one row per cart and product bought
-- runs on: duckdb
with
left_over as (
    select
        cart_visits.cart_id,
        cart_visits.customer_id,
        cart_contents.sku,
        cart_contents.first_added_at
    from cart_visits
    inner join cart_contents on cart_visits.cart_id = cart_contents.cart_id
    where not cart_visits.is_completed
        and cart_contents.quantity > 0
),
waiting as (
    select distinct customer_id from left_over
),
articles as (
    select gtin, min(sku) as sku
    from products
    where gtin is not null
    group by gtin
),
bought as (
    select
        counted_orders.customer_id,
        counted_orders.channel,
        counted_orders.ordered_at,
        counted_orders.order_id,
        coalesce(order_lines.sku, articles.sku) as sku
    from counted_orders
    inner join waiting on counted_orders.customer_id = waiting.customer_id
    inner join order_lines on counted_orders.order_id = order_lines.order_id
    left join articles on order_lines.sku is null and order_lines.gtin = articles.gtin
)
select
    left_over.cart_id,
    left_over.sku,
    min(bought.ordered_at) as bought_at,
    arg_min(bought.channel, (bought.ordered_at, bought.order_id)) as bought_channel,
    arg_min(bought.order_id, (bought.ordered_at, bought.order_id)) as bought_order_id
from left_over
inner join bought
    on left_over.customer_id = bought.customer_id
    and left_over.sku = bought.sku
    and bought.ordered_at >= left_over.first_added_at
group by left_over.cart_id, left_over.sku
