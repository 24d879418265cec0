-- What the call log says of a caller: at most a name that the agent noted ("Name: …" or "caller …, topic").
-- grain: one row per call
with
zones as (
    select name from pg_timezone_names()
),
calls as (
    select
        call_log.call_id,
        nullif(trim(regexp_extract(
            call_log.comments, '^(?i:name *:|caller:?) +([^,;]+?) *([,;].*)?$', 1
        )), '') as full_name,
        timezone('UTC', timezone(coalesce(zones.name, 'Europe/London'), call_log.started_at)) as happened_at
    from call_log
    left join zones on call_log.time_zone = zones.name
)
select
    'call_log:' || call_id as record_id,
    'call_log' as feed,
    call_id as source_id,
    'call' as record_kind,
    happened_at as first_observed_at,
    happened_at as last_observed_at,
    full_name
from calls
