-- Everything a browser or device ever said about who uses it.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        visitor_id as source_id,
        'anonymous_id' as identifier_type,
        user_pseudo_id as identifier_value,
        event_timestamp as seen_at
    from ga4_events
    union all
    select visitor_id, 'shop_customer_id', user_id, event_timestamp
    from ga4_events
    union all
    select visitor_id, 'order_id', order_number, event_timestamp
    from ga4_events
)
select
    'ga4_events:' || source_id as record_id,
    'ga4_events' as feed,
    identifier_type,
    identifier_value,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null and source_id is not null
group by source_id, identifier_type, identifier_value
