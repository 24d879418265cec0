-- Every time a customer asked for help: tickets and calls in one line, with the time since the contact before and,
-- for tickets, how long the first answer and the solution took.
-- grain: one row per ticket or call received
-- runs on: duckdb, spark
with
asked as (
    select
        'ticket:' || ticket_id as contact_id,
        record_id,
        coalesce(channel, 'ticket') as channel,
        ticket_id,
        opened_at as contacted_at,
        case when first_replied_at >= opened_at and first_replied_at < cast($as_of as timestamp) then first_replied_at end
            as answered_at,
        case when solved_at >= opened_at and solved_at < cast($as_of as timestamp) then solved_at end as solved_at
    from tickets
    where opened_at < cast($as_of as timestamp)
    union all
    select
        touchpoint_id as contact_id,
        record_id,
        'call' as channel,
        cast(null as varchar) as ticket_id,
        occurred_at as contacted_at,
        cast(null as timestamp) as answered_at,
        cast(null as timestamp) as solved_at
    from touchpoints
    where channel = 'support'
        and event_name = 'Call Received'
        and occurred_at < cast($as_of as timestamp)
),
owned as (
    select asked.*, identity_map.customer_id
    from asked
    inner join identity_map on asked.record_id = identity_map.record_id
),
placed as (
    select
        *,
        lag(contacted_at) over (partition by customer_id order by contacted_at, contact_id) as previous_at,
        lag(channel) over (partition by customer_id order by contacted_at, contact_id) as previous_channel
    from owned
)
select
    contact_id,
    customer_id,
    channel,
    ticket_id,
    contacted_at,
    answered_at,
    solved_at,
    round((epoch(answered_at) - epoch(contacted_at)) / cast(3600 as double), 2) as hours_to_first_answer,
    round((epoch(solved_at) - epoch(contacted_at)) / cast(3600 as double), 2) as hours_to_solution,
    previous_at,
    previous_channel,
    coalesce(contacted_at <= previous_at + interval 7 day, false) as is_repeat_7d
from placed
