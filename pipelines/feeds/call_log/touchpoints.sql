-- Calls with customer care.
-- grain: one row per call
select
    'call_log:' || call_id as touchpoint_id,
    'call_log:' || call_id as record_id,
    'call_log' as feed,
    'support' as channel,
    case when lower(direction) = 'outbound' then 'Call Placed' else 'Call Received' end as event_name,
    started_at as occurred_at,
    left(comments, 2000) as text,
    json_object(
        'call_type', call_type,
        'line', line,
        'agent', agent,
        'duration', duration,
        'talk_duration', talk_duration,
        'tags', tags
    ) as properties
from call_log
