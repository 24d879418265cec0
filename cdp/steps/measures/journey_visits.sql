-- Contacts in one channel without a break of half an hour are one visit; a purchase is a visit of its own.
-- A journey ends with a purchase, or after 30 days of silence.
-- grain: one row per visit
-- runs on: duckdb, spark
with
before as (
    select
        customer_number,
        channel,
        campaign,
        happened_at,
        order_id,
        gross_revenue,
        lag(happened_at) over in_time as previous_at,
        lag(channel) over in_time as previous_channel,
        lag(order_id) over in_time as previous_order_id,
        row_number() over (partition by customer_number order by happened_at, contact_id) as contact_number,
        lead(happened_at) over in_time as next_at
    from channel_contacts
    window in_time as (partition by customer_number order by happened_at, contact_id)
),
opened as (
    select
        customer_number,
        contact_number,
        channel,
        campaign,
        happened_at,
        order_id,
        gross_revenue,
        previous_at,
        next_at,
        case
            when previous_at is null or previous_order_id is not null
                or happened_at > previous_at + interval '30' day then 1
            else 0
        end as opens_journey,
        case
            when previous_at is null or previous_order_id is not null or order_id is not null
                or channel <> previous_channel or happened_at > previous_at + interval '30' minute then 1
            else 0
        end as opens_visit
    from before
),
-- the first contact of a visit tells all of it but its campaign, and its end stands before the next visit
telling as (
    select *
    from opened
    where opens_visit = 1
        or campaign is not null
        or next_at is null
),
numbered as (
    select
        *,
        sum(opens_journey) over in_time as journey_number,
        sum(opens_visit) over in_time as visit_number
    from telling
    window in_time as (partition by customer_number order by contact_number)
),
visits as (
    select
        customer_number,
        cast(min(journey_number) as bigint) as journey_number,
        cast(visit_number as bigint) as visit_number,
        min(channel) as channel,
        min(campaign) as campaign,
        min(order_id) as order_id,
        cast(sum(gross_revenue) as decimal(18, 2)) as gross_revenue,
        min(happened_at) as started_at,
        max(happened_at) as told_until,
        min(contact_number) as first_contact,
        max(contact_number) as last_contact,
        min(previous_at) filter (where opens_visit = 1) as previous_ended_at
    from numbered
    group by customer_number, visit_number
)
select
    customer_number,
    journey_number,
    visit_number,
    channel,
    campaign,
    order_id,
    gross_revenue,
    started_at,
    coalesce(lead(previous_ended_at) over in_time, told_until) as ended_at,
    coalesce(lead(first_contact) over in_time, last_contact + 1) - first_contact as count_contacts
from visits
window in_time as (partition by customer_number order by visit_number)
