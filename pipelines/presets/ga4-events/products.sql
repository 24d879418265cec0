-- Products, as the latest event tells of them.
-- grain: one row per product
with
seen as (
    select event_timestamp, _file_id, _row, unnest(cast(items as json[])) as item
    from ga4_events
    where items is not null
)
select
    coalesce(item ->> '$.item_id', item ->> '$.item_name') as sku,
    item ->> '$.item_name' as title,
    item ->> '$.item_brand' as brand,
    item ->> '$.item_category' as category
from seen
where coalesce(item ->> '$.item_id', item ->> '$.item_name') is not null
qualify row_number() over (partition by sku order by event_timestamp desc, _file_id desc, _row desc, title, brand) = 1
