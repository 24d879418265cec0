-- Tickets in their latest state, with their latest satisfaction rating.
-- grain: one row per ticket
with
answers as (
    select ticket_id, unnest(cast(csat_answers as json[])) as answer
    from support_tickets
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
    from support_tickets
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
    support_tickets.ticket_id,
    'support_tickets:' || support_tickets.ticket_id as record_id,
    'support_tickets' as feed,
    support_tickets.via_channel as channel,
    support_tickets.subject,
    lower(support_tickets.status) as status,
    lower(support_tickets.status) not in ('solved', 'closed') as is_open,
    support_tickets.priority,
    support_tickets.created_at as opened_at,
    support_tickets.updated_at,
    support_tickets.solved_at,
    replies.first_replied_at,
    latest_ratings.rating as csat_score,
    latest_ratings.rated_at as csat_at,
    nullif(
        regexp_extract(
            concat_ws(' ', cast(support_tickets.custom_fields as varchar), support_tickets.subject), '#[0-9]{5,9}'
        ),
        ''
    ) as order_id,
    array_to_string(cast(support_tickets.tags as varchar[]), '|') as tags
from support_tickets
left join latest_ratings on support_tickets.ticket_id = latest_ratings.ticket_id
left join replies on support_tickets.ticket_id = replies.ticket_id
