-- The course of each cart: where it began, where it was touched last, on how many devices, and whose it is: of the
-- customers who are not anonymous the one who touched it most.
-- grain: one row per cart
-- runs on: duckdb, spark
with
by_customer as (
    select
        cart_id,
        customer_id,
        row_number() over (
            partition by cart_id
            order by
                max(case when is_known then 1 else 0 end) desc,
                count(*) desc,
                max(occurred_at) desc,
                customer_id asc
        ) as place
    from cart_touches
    group by cart_id, customer_id
),
owners as (
    select cart_id, customer_id from by_customer where place = 1
),
course as (
    select
        cart_id,
        min(occurred_at) as began_at,
        max(occurred_at) as last_touched_at,
        count(distinct record_id) as count_devices,
        count(distinct channel) as count_channels,
        min_by(channel, (occurred_at, touchpoint_id))
            filter (where channel is not null and occurred_at is not null and touchpoint_id is not null) as began_channel,
        min_by(device, (occurred_at, touchpoint_id))
            filter (where device is not null and occurred_at is not null and touchpoint_id is not null) as began_device,
        max_by(channel, (occurred_at, touchpoint_id))
            filter (where channel is not null and occurred_at is not null and touchpoint_id is not null) as last_channel,
        max_by(device, (occurred_at, touchpoint_id))
            filter (where device is not null and occurred_at is not null and touchpoint_id is not null) as last_device,
        min(order_id) filter (where event_name = 'Order Completed') as order_id,
        max(case when event_name = 'Order Completed' then 1 else 0 end) as is_completed
    from cart_touches
    group by cart_id
),
ordered as (
    select cart_id, min(order_id) as order_id
    from orders
    where cart_id is not null
        and ordered_at < cast($as_of as timestamp)
    group by cart_id
)
select
    course.cart_id,
    owners.customer_id,
    course.began_at,
    course.began_channel,
    course.began_device,
    course.last_touched_at,
    course.last_channel,
    course.last_device,
    course.count_devices,
    course.count_channels,
    coalesce(course.order_id, ordered.order_id) as order_id,
    course.is_completed = 1 or ordered.cart_id is not null as is_completed
from course
inner join owners on course.cart_id = owners.cart_id
left join ordered on course.cart_id = ordered.cart_id
