-- Tickets in their latest state.
-- grain: one row per ticket
select
    id as ticket_id,
    'intercom_conversations:' || id as record_id,
    'intercom_conversations' as feed,
    lower(source_type) as channel,
    left(title_text, 200) as subject,
    ticket_status as status,
    ticket_status not in ('solved', 'closed') as is_open,
    priority,
    created_at as opened_at,
    first_admin_reply_at as first_replied_at,
    updated_at,
    last_close_at as solved_at,
    rating as csat_score,
    conversation_rating_created_at as csat_at,
    array_to_string(list_transform(cast(tags as json[]), lambda tag: tag ->> '$.name'), '|') as tags
from intercom_conversations
