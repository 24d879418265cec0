-- Calls with customer care.
-- grain: one row per call
with
zones as (
    select name from pg_timezone_names()
)
select
    'call_log:' || call_log.call_id as touchpoint_id,
    'call_log:' || call_log.call_id as record_id,
    'call_log' as feed,
    'support' as channel,
    case when lower(call_log.direction) = 'outbound' then 'Call Placed' else 'Call Received' end as event_name,
    timezone('UTC', timezone(coalesce(zones.name, 'Europe/London'), call_log.started_at)) as occurred_at,
    left(call_log.comments, 2000) as text,
    json_object(
        'call_type', call_log.call_type,
        'line', call_log.line,
        'agent', call_log.agent,
        'duration', call_log.duration,
        'talk_duration', call_log.talk_duration,
        'tags', call_log.tags
    ) as properties
from call_log
left join zones on call_log.time_zone = zones.name
