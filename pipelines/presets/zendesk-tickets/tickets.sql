-- Tickets in their latest state, with their latest satisfaction rating.
-- grain: one row per ticket
with
answers as (
    select ticket_id, unnest(cast(csat_answers as json[])) as answer
    from zendesk_tickets
    where csat_answers is not null
),
ratings as (
    select
        ticket_id,
        try_cast(answer ->> 'rating' as integer) as rating,
        cast(try_cast(coalesce(answer ->> 'updated_at', answer ->> 'created_at') as timestamptz) as timestamp)
            as rated_at
    from answers
),
comments as (
    select ticket_id, requester_id, unnest(cast(comments as json[])) as comment
    from zendesk_tickets
    where comments is not null
),
replies as (
    select
        ticket_id,
        min(cast(try_cast(comment ->> 'created_at' as timestamptz) as timestamp)) as first_replied_at
    from comments
    where comment ->> 'author_id' <> requester_id
        and coalesce(comment ->> 'public', 'true') = 'true'
    group by ticket_id
),
latest_ratings as (
    select ticket_id, rating, rated_at
    from ratings
    where rating between 1 and 5
    qualify row_number() over (partition by ticket_id order by rated_at desc nulls last, rating) = 1
)
select
    zendesk_tickets.ticket_id,
    'zendesk_tickets:' || zendesk_tickets.ticket_id as record_id,
    'zendesk_tickets' as feed,
    zendesk_tickets.via_channel as channel,
    zendesk_tickets.subject,
    lower(zendesk_tickets.status) as status,
    lower(zendesk_tickets.status) not in ('solved', 'closed') as is_open,
    zendesk_tickets.priority,
    zendesk_tickets.created_at as opened_at,
    zendesk_tickets.updated_at,
    zendesk_tickets.solved_at,
    replies.first_replied_at,
    coalesce(
        latest_ratings.rating,
        case lower(zendesk_tickets.satisfaction_score) when 'good' then 5 when 'bad' then 1 end
    ) as csat_score,
    latest_ratings.rated_at as csat_at,
    nullif(
        regexp_extract(
            concat_ws(' ', cast(zendesk_tickets.custom_fields as varchar), zendesk_tickets.subject), '#[0-9]{5,9}'
        ),
        ''
    ) as order_id,
    array_to_string(cast(zendesk_tickets.tags as varchar[]), '|') as tags
from zendesk_tickets
left join latest_ratings on zendesk_tickets.ticket_id = latest_ratings.ticket_id
left join replies on zendesk_tickets.ticket_id = replies.ticket_id
