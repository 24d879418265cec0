-- A browser or device, with the name its user last gave.
-- grain: one row per browser, device or account
select
    'amplitude_events:' || visitor_id as record_id,
    'amplitude_events' as feed,
    visitor_id as source_id,
    'device' as record_kind,
    min(event_time) as first_observed_at,
    max(event_time) as last_observed_at,
    arg_max(first_name, event_time) as first_name,
    arg_max(last_name, event_time) as last_name
from amplitude_events
where visitor_id is not null
group by visitor_id
