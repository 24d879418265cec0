-- A browser or device, with the name its user last gave.
-- grain: one row per browser, device or account
select
    'ga4_events:' || visitor_id as record_id,
    'ga4_events' as feed,
    visitor_id as source_id,
    'device' as record_kind,
    min(event_timestamp) as first_observed_at,
    max(event_timestamp) as last_observed_at
from ga4_events
where visitor_id is not null
group by visitor_id
