-- What was ordered: the items of the first purchase event of each order.
-- grain: one row per item of an order
with
purchases as (
    select *
    from ga4_events
    where is_purchase
        and visitor_id is not null
    qualify row_number() over (partition by order_number order by event_timestamp, _file_id, _row) = 1
),
lines as (
    select
        order_number,
        visitor_id,
        generate_subscripts(cast(items as json[]), 1) as line_number,
        unnest(cast(items as json[])) as item
    from purchases
)
select
    'ga4_events:' || order_number || '-' || line_number as order_line_id,
    order_number as order_id,
    'ga4_events:' || visitor_id as record_id,
    'ga4_events' as feed,
    line_number,
    coalesce(item ->> '$.item_id', item ->> '$.item_name') as sku,
    item ->> '$.item_name' as product_name,
    coalesce(try_cast(item ->> '$.quantity' as decimal(18, 3)), 1) as quantity,
    try_cast(item ->> '$.price' as decimal(18, 2)) as unit_price,
    coalesce(try_cast(item ->> '$.discount' as decimal(18, 2)), 0) as discount_amount,
    coalesce(
        try_cast(item ->> '$.price' as decimal(18, 2)) * coalesce(try_cast(item ->> '$.quantity' as decimal(18, 3)), 1), 0
    ) as amount
from lines
