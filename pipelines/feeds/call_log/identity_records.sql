-- What the call log says of a caller: at most a name that the agent noted ("Name: …" or "caller …, topic").
-- grain: one row per call
select
    'call_log:' || call_id as record_id,
    'call_log' as feed,
    call_id as source_id,
    'call' as record_kind,
    started_at as first_observed_at,
    started_at as last_observed_at,
    nullif(trim(regexp_extract(
        comments, '^(?i:name *:|caller:?) +([^,;]+?) *([,;].*)?$', 1
    )), '') as full_name
from call_log
