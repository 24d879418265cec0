-- Contacts in one channel without a break of half an hour are one visit; a purchase is a visit of its own.
-- A journey ends with a purchase, or after 30 days of silence.
-- grain: one row per visit
-- runs on: duckdb, spark
with
-- windows sort numbers faster than texts
channels as (
    select channel, cast(row_number() over (order by channel) as smallint) as channel_number
    from channel_contacts
    group by channel
),
campaigns as (
    select campaign, cast(row_number() over (order by campaign) as integer) as campaign_number
    from channel_contacts
    where campaign is not null
    group by campaign
),
purchases as (
    select order_id, gross_revenue, cast(row_number() over (order by order_id) as integer) as purchase_number
    from channel_contacts
    where order_id is not null
),
contacts as not materialized (
    select
        channel_contacts.customer_number,
        channel_contacts.contact_id,
        channels.channel_number,
        campaigns.campaign_number,
        purchases.purchase_number,
        channel_contacts.happened_at
    from channel_contacts
    left join channels on channel_contacts.channel = channels.channel
    left join campaigns on channel_contacts.campaign = campaigns.campaign
    left join purchases on channel_contacts.order_id = purchases.order_id
),
in_any_order as (
    select
        customer_number,
        channel_number,
        campaign_number,
        purchase_number,
        happened_at,
        lag(happened_at) over in_time as previous_at,
        lag(channel_number) over in_time as previous_channel_number,
        lag(purchase_number) over in_time as previous_purchase_number,
        lead(happened_at) over in_time as next_at,
        row_number() over (partition by customer_number order by happened_at) as contact_number
    from contacts
    window in_time as (partition by customer_number order by happened_at)
),
-- which of two contacts at one instant comes first matters where they differ in channel, or one is a purchase
tied as (
    select distinct customer_number
    from in_any_order
    where happened_at = previous_at
        and (
            channel_number is distinct from previous_channel_number
            or purchase_number is not null
            or previous_purchase_number is not null
        )
),
before as (
    select in_any_order.*
    from in_any_order
    anti join tied on in_any_order.customer_number = tied.customer_number
    union all
    select
        contacts.customer_number,
        contacts.channel_number,
        contacts.campaign_number,
        contacts.purchase_number,
        contacts.happened_at,
        lag(contacts.happened_at) over in_time as previous_at,
        lag(contacts.channel_number) over in_time as previous_channel_number,
        lag(contacts.purchase_number) over in_time as previous_purchase_number,
        lead(contacts.happened_at) over in_time as next_at,
        row_number() over (
            partition by contacts.customer_number order by contacts.happened_at, contacts.contact_id
        ) as contact_number
    from contacts
    inner join tied on contacts.customer_number = tied.customer_number
    window in_time as (partition by contacts.customer_number order by contacts.happened_at, contacts.contact_id)
),
opened as (
    select
        customer_number,
        contact_number,
        channel_number,
        campaign_number,
        purchase_number,
        happened_at,
        previous_at,
        next_at,
        case
            when previous_at is null or previous_purchase_number is not null
                or happened_at > previous_at + interval '30' day then 1
            else 0
        end as opens_journey,
        case
            when previous_at is null or previous_purchase_number is not null or purchase_number is not null
                or channel_number <> previous_channel_number
                or happened_at > previous_at + interval '30' minute then 1
            else 0
        end as opens_visit
    from before
),
-- the first contact of a visit tells all of it but its campaign, and its end stands before the next visit
telling as (
    select *
    from opened
    where opens_visit = 1
        or campaign_number is not null
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
        min(channel_number) as channel_number,
        min(campaign_number) as campaign_number,
        min(purchase_number) as purchase_number,
        min(happened_at) as started_at,
        max(happened_at) as told_until,
        min(contact_number) as first_contact,
        max(contact_number) as last_contact,
        min(previous_at) filter (where opens_visit = 1) as previous_ended_at
    from numbered
    group by customer_number, visit_number
),
ended as (
    select
        *,
        coalesce(lead(previous_ended_at) over in_time, told_until) as ended_at,
        coalesce(lead(first_contact) over in_time, last_contact + 1) - first_contact as count_contacts
    from visits
    window in_time as (partition by customer_number order by visit_number)
)
select
    ended.customer_number,
    ended.journey_number,
    ended.visit_number,
    channels.channel,
    campaigns.campaign,
    purchases.order_id,
    coalesce(purchases.gross_revenue, cast(0 as decimal(18, 2))) as gross_revenue,
    ended.started_at,
    ended.ended_at,
    ended.count_contacts
from ended
left join channels on ended.channel_number = channels.channel_number
left join campaigns on ended.campaign_number = campaigns.campaign_number
left join purchases on ended.purchase_number = purchases.purchase_number
