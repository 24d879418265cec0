-- An installation of the app. Events that only name an account make a record of their own.
-- grain: one row per device, or per account seen without a device
with
events as (
    select
        coalesce(device_id, 'user:' || user_id) as source_id,
        occurred_at
    from app_events
)
select
    'app_events:' || source_id as record_id,
    'app_events' as feed,
    source_id,
    'device' as record_kind,
    min(occurred_at) as first_observed_at,
    max(occurred_at) as last_observed_at
from events
group by source_id
