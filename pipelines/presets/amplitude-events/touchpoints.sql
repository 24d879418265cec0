-- What was done on the website or in the app.
-- grain: one row per event
select
    'amplitude_events:' || insert_id as touchpoint_id,
    'amplitude_events:' || visitor_id as record_id,
    'amplitude_events' as feed,
    case when lower(platform) = 'web' then 'web' else 'app' end as channel,
    event_type as event_name,
    event_time as occurred_at,
    visitor_id || '-' || session_id as session_id,
    order_id,
    cart_id,
    sku,
    quantity,
    campaign,
    screen as page,
    coalesce(revenue, price) as amount
from amplitude_events
where visitor_id is not null
