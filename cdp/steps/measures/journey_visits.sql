-- Contacts in one channel without a break of half an hour are one visit; a purchase is a visit of its own.
-- A journey ends with a purchase, or after 30 days of silence.
-- grain: one row per visit
-- runs on: duckdb, spark
with
before as (
    select
        *,
        lag(happened_at) over in_time as previous_at,
        lag(channel) over in_time as previous_channel,
        lag(order_id) over in_time as previous_order_id,
        row_number() over (partition by customer_id order by happened_at, contact_id) as contact_number
    from channel_contacts
    window in_time as (partition by customer_id order by happened_at, contact_id)
),
opened as (
    select
        customer_id,
        contact_number,
        channel,
        campaign,
        happened_at,
        order_id,
        gross_revenue,
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
numbered as (
    select
        customer_id,
        channel,
        campaign,
        happened_at,
        order_id,
        gross_revenue,
        sum(opens_journey) over in_time as journey_number,
        sum(opens_visit) over in_time as visit_number
    from opened
    window in_time as (partition by customer_id order by contact_number)
)
select
    customer_id,
    cast(min(journey_number) as bigint) as journey_number,
    cast(visit_number as bigint) as visit_number,
    min(channel) as channel,
    min(campaign) as campaign,
    min(order_id) as order_id,
    cast(sum(gross_revenue) as decimal(18, 2)) as gross_revenue,
    min(happened_at) as started_at,
    max(happened_at) as ended_at,
    count(*) as count_contacts
from numbered
group by customer_id, visit_number
