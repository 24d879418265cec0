-- Carts with their course, content and end. Open: no order of its own, touched within the last 30 days, not empty,
-- and no later online order of the customer. Abandoned: neither ordered, open nor bought elsewhere, shops included.
-- grain: one row per cart
-- runs on: duckdb
with
contents as (
    select
        cart_id,
        count(*) as count_products,
        sum(quantity) as quantity,
        cast(sum(value) as decimal(18, 2)) as value,
        string_agg(
            sku || 'x' || case
                when quantity = floor(quantity) then cast(cast(quantity as bigint) as varchar)
                else cast(quantity as varchar)
            end,
            '|' order by sku
        ) as items
    from cart_contents
    where quantity > 0
    group by cart_id
),
bought as (
    select
        cart_id,
        array_to_string(list_sort(list(distinct bought_channel)), '|') as bought_in
    from cart_purchases
    group by cart_id
),
online as (
    select customer_id, max(ordered_at) as last_online_at
    from counted_orders
    where channel in ('web', 'app')
        and customer_id is not null
    group by customer_id
),
judged as (
    select
        cart_visits.*,
        coalesce(contents.count_products, 0) as count_products,
        coalesce(contents.quantity, 0) as quantity,
        coalesce(contents.value, 0) as value,
        contents.items,
        bought.bought_in,
        not cart_visits.is_completed
            and contents.cart_id is not null
            and cart_visits.last_touched_at >= cast($as_of as timestamp) - interval 30 day
            and coalesce(online.last_online_at <= cart_visits.last_touched_at, true) as is_open,
        online.last_online_at > cart_visits.last_touched_at as is_followed_by_order
    from cart_visits
    left join contents on cart_visits.cart_id = contents.cart_id
    left join bought on cart_visits.cart_id = bought.cart_id
    left join online on cart_visits.customer_id = online.customer_id
)
select
    cart_id,
    customer_id,
    concat_ws(':', customer_id, 1 + coalesce(sum(case when is_completed then 1 else 0 end) over (
        partition by customer_id
        order by last_touched_at, cart_id
        rows between unbounded preceding and 1 preceding
    ), 0)) as thread_id,
    case
        when is_completed then 'ordered'
        when is_open then 'open'
        when bought_in is not null then 'bought elsewhere'
        when count_products = 0 then 'emptied'
        else 'abandoned'
    end as status,
    is_open and row_number() over (
        partition by customer_id, is_open
        order by last_touched_at desc, cart_id
    ) = 1 as is_current,
    began_at,
    began_channel,
    began_device,
    last_touched_at,
    last_channel,
    last_device,
    count_devices,
    count_channels,
    count_products,
    cast(quantity as decimal(18, 3)) as quantity,
    cast(value as decimal(18, 2)) as value,
    items,
    order_id,
    bought_in
from judged
