-- What each customer bought on each day: orders of one day are one purchase, goods brought back are taken off.
-- grain: one row per customer and day of purchase, in the workspace's time zone
-- runs on: duckdb, spark
with
brought_back as (
    select order_id, sum(value) as value
    from customer_returns
    where counted_as = 'purchase' and order_id is not null
    group by order_id
)
select
    customer_orders.customer_id,
    customer_orders.ordered_on as bought_on,
    count(*) as count_orders,
    sum(customer_orders.gross_revenue - coalesce(brought_back.value, 0)) as value
from customer_orders
left join brought_back on customer_orders.order_id = brought_back.order_id
where customer_orders.is_purchase
group by customer_orders.customer_id, customer_orders.ordered_on
