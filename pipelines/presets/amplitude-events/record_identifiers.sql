-- Everything a browser or device ever said about who uses it.
-- grain: one row per record, identifier type and value
with
observed as (
    select visitor_id as source_id, 'email' as identifier_type, email as identifier_value, event_time as seen_at
    from amplitude_events
    union all
    select visitor_id, 'device_id', device_id, event_time
    from amplitude_events
    union all
    select visitor_id, 'shop_customer_id', user_id, event_time
    from amplitude_events
    union all
    select visitor_id, 'order_id', order_id, event_time
    from amplitude_events
)
select
    'amplitude_events:' || source_id as record_id,
    'amplitude_events' as feed,
    identifier_type,
    identifier_value,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null and source_id is not null
group by source_id, identifier_type, identifier_value
