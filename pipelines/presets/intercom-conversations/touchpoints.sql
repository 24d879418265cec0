-- Conversations opened, and ratings given.
-- grain: one row per conversation and event
with
events as (
    select id, 'opened' as step, 'Ticket Opened' as event_name, created_at as occurred_at,
        left(title_text, 2000) as text, json_object('channel', source_type, 'priority', priority) as properties
    from intercom_conversations
    union all
    select id, 'rated', 'Survey Answered', conversation_rating_created_at, left(remark, 2000),
        json_object('survey_type', 'csat', 'score', rating)
    from intercom_conversations
    where rating is not null
        and conversation_rating_created_at is not null
)
select
    'intercom_conversations:' || id || ':' || step as touchpoint_id,
    'intercom_conversations:' || id as record_id,
    'intercom_conversations' as feed,
    'support' as channel,
    event_name,
    occurred_at,
    text,
    properties
from events
