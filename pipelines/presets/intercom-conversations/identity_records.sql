-- What a row of intercom says of its person.
-- grain: one row per record
select
    'intercom_conversations:' || id as record_id,
    'intercom_conversations' as feed,
    id as source_id,
    'ticket' as record_kind,
    created_at as first_observed_at,
    greatest(created_at, updated_at) as last_observed_at,
    case when asked_by_customer then name end as full_name
from intercom_conversations
