-- Push messages allowed or refused in the app.
-- grain: one row per opt-in or opt-out event
select
    'app_events:' || uuid as consent_statement_id,
    'app_events:' || coalesce(device_id, 'user:' || user_id) as record_id,
    'app_events' as feed,
    'push' as channel,
    case when lower(event_type) = 'push opt in' then 'in' else 'out' end as status,
    occurred_at as stated_at,
    true as is_timed,
    'app' as source
from app_events
where lower(event_type) in ('push opt in', 'push opt out')
