-- Timed statements for and against being contacted.
-- grain: one row per statement
select
    'consent:' || consent_id as consent_statement_id,
    'consent:' || consent_id as record_id,
    'consent' as feed,
    lower(channel) as channel,
    case lower(status) when 'opt_in' then 'in' else 'out' end as status,
    captured_at as stated_at,
    true as is_timed,
    source
from consent
