-- Every contact of an identified customer that is no purchase itself, and every purchase, in one line of time.
-- grain: one row per contact or purchase
-- runs on: duckdb, spark
with
known as (
    select identity_map.record_id, identity_map.customer_id
    from identity_map
    inner join customers on identity_map.customer_id = customers.customer_id
    where not customers.is_anonymous
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
        known.customer_id,
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
        customer_id,
        touchpoint_id as contact_id,
        channel,
        campaign,
        occurred_at as happened_at
    from message_touchpoints
    where occurred_at < cast($as_of as timestamp)
        and event_name in ('Message Opened', 'Message Clicked')
        and customer_id is not null
),
purchases as (
    select
        customer_id,
        order_id as contact_id,
        channel,
        ordered_at as happened_at,
        order_id,
        gross_revenue
    from customer_orders
    where is_purchase
)
select customer_id, contact_id, channel, campaign, happened_at, cast(null as varchar) as order_id,
    cast(0 as decimal(18, 2)) as gross_revenue
from contacts
union all
select customer_id, contact_id, channel, campaign, happened_at, cast(null as varchar) as order_id,
    cast(0 as decimal(18, 2)) as gross_revenue
from answered
union all
select customer_id, contact_id, channel, cast(null as varchar) as campaign, happened_at, order_id, gross_revenue
from purchases
