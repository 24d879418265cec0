-- The identifier by which a statement names its person.
-- grain: one row per statement
select
    'consent:' || consent_id as record_id,
    'consent' as feed,
    lower(identifier_type) as identifier_type,
    identifier as identifier_value,
    case when lower(identifier_type) = 'phone' then upper(ip_country) end as country,
    captured_at as first_seen_at,
    captured_at as last_seen_at,
    1 as count_seen
from consent
