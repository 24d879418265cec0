-- Every contact of an identified customer that is no purchase itself, and every purchase, in one line of time.
-- grain: one row per contact or purchase
-- runs on: duckdb, spark
with
known as (
    select identity_map.record_id, journey_customers.customer_number
    from identity_map
    inner join journey_customers on identity_map.customer_id = journey_customers.customer_id
),
-- web analytics and ad platforms often know a campaign by its name alone
named as (
    select lower(trim(name)) as name, min(campaign_id) as campaign_id
    from campaigns
    where name is not null
    group by lower(trim(name))
    having count(distinct campaign_id) = 1
),
contacts as (
    select
        known.customer_number,
        touchpoints.touchpoint_id as contact_id,
        touchpoints.channel,
        coalesce(named.campaign_id, touchpoints.campaign) as campaign,
        touchpoints.occurred_at as happened_at
    from touchpoints
    inner join known on touchpoints.record_id = known.record_id
    left join named on lower(trim(touchpoints.campaign)) = named.name
    where touchpoints.occurred_at < cast($as_of as timestamp)
        and touchpoints.event_name not in (
            'Order Completed', 'Order Placed', 'Order Cancelled', 'Order Returned', 'Order Refunded'
        )
),
answered as (
    select
        journey_customers.customer_number,
        message_touchpoints.touchpoint_id as contact_id,
        message_touchpoints.channel,
        message_touchpoints.campaign,
        message_touchpoints.occurred_at as happened_at
    from message_touchpoints
    inner join journey_customers on message_touchpoints.customer_id = journey_customers.customer_id
    where message_touchpoints.occurred_at < cast($as_of as timestamp)
        and message_touchpoints.event_name in ('Message Opened', 'Message Clicked')
),
purchases as (
    select
        journey_customers.customer_number,
        customer_orders.order_id as contact_id,
        customer_orders.channel,
        customer_orders.ordered_at as happened_at,
        customer_orders.order_id,
        customer_orders.gross_revenue
    from customer_orders
    inner join journey_customers on customer_orders.customer_id = journey_customers.customer_id
    where customer_orders.is_purchase
),
dated as (
    select customer_number, contact_id, channel, campaign, happened_at from contacts
    union all
    select customer_number, contact_id, channel, campaign, happened_at from answered
),
-- some platforms write a key of the click where the campaign belongs: what is rare goes under one name
frequent as (
    select campaign
    from (
        select campaign, row_number() over (order by count(*) desc, campaign) as place
        from dated
        where campaign is not null
        group by campaign
    ) as counted
    where place <= 200
)
select
    dated.customer_number,
    dated.contact_id,
    dated.channel,
    case when dated.campaign is not null then coalesce(frequent.campaign, '(other)') end as campaign,
    dated.happened_at,
    cast(null as varchar) as order_id,
    cast(0 as decimal(18, 2)) as gross_revenue
from dated
left join frequent on dated.campaign = frequent.campaign
union all
select customer_number, contact_id, channel, cast(null as varchar) as campaign, happened_at, order_id, gross_revenue
from purchases
