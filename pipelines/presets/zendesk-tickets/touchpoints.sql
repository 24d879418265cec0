-- Tickets opened, and satisfaction surveys answered.
-- grain: one row per ticket and event
with
opened as (
    select
        ticket_id,
        'opened' as step,
        'Ticket Opened' as event_name,
        created_at as occurred_at,
        nullif(regexp_extract(concat_ws(' ', cast(custom_fields as varchar), subject), '#[0-9]{5,9}'), '') as order_id,
        left(subject, 2000) as text,
        json_object('channel', via_channel, 'priority', priority, 'tags', tags) as properties
    from zendesk_tickets
),
answers as (
    select ticket_id, unnest(cast(csat_answers as json[])) as answer
    from zendesk_tickets
    where csat_answers is not null
),
rated as (
    select
        ticket_id,
        try_cast(answer ->> 'rating' as integer) as rating,
        cast(try_cast(coalesce(answer ->> 'updated_at', answer ->> 'created_at') as timestamptz) as timestamp)
            as rated_at
    from answers
),
numbered as (
    select *, row_number() over (partition by ticket_id order by rated_at, rating) as place
    from rated
    where rated_at is not null
        and rating between 1 and 5
),
events as (
    select ticket_id, step, event_name, occurred_at, order_id, text, properties from opened
    union all
    select ticket_id, 'csat-' || place, 'Survey Answered', rated_at, null, null,
        json_object('survey_type', 'csat', 'score', rating)
    from numbered
)
select
    'zendesk_tickets:' || ticket_id || ':' || step as touchpoint_id,
    'zendesk_tickets:' || ticket_id as record_id,
    'zendesk_tickets' as feed,
    'support' as channel,
    event_name,
    occurred_at,
    order_id,
    text,
    properties
from events
