-- A statement as a record: it names its person by a single identifier.
-- grain: one row per statement
select
    'consent:' || consent_id as record_id,
    'consent' as feed,
    consent_id as source_id,
    'consent' as record_kind,
    captured_at as first_observed_at,
    captured_at as last_observed_at
from consent
