-- The visits before each purchase of the same journey, within 30 days: what may have led to it.
-- grain: one row per visit before a purchase; a purchase without any has one row with the touch '(none)'
-- runs on: duckdb, spark
with
purchases as (
    select customer_number, journey_number, order_id, channel, started_at as ordered_at, gross_revenue
    from journey_visits
    where order_id is not null
),
touched as (
    select
        purchases.order_id,
        purchases.customer_number,
        purchases.channel as order_channel,
        purchases.ordered_at,
        purchases.gross_revenue,
        journey_visits.channel,
        journey_visits.campaign,
        journey_visits.visit_number,
        journey_visits.started_at as touched_at
    from purchases
    inner join journey_visits
        on purchases.customer_number = journey_visits.customer_number
        and purchases.journey_number = journey_visits.journey_number
        and journey_visits.order_id is null
        and journey_visits.started_at >= purchases.ordered_at - interval '30' day
),
untouched as (
    select
        purchases.order_id,
        purchases.customer_number,
        purchases.channel as order_channel,
        purchases.ordered_at,
        purchases.gross_revenue,
        '(none)' as channel,
        cast(null as varchar) as campaign,
        cast(0 as bigint) as visit_number,
        purchases.ordered_at as touched_at
    from purchases
    anti join touched on purchases.order_id = touched.order_id
),
together as (
    select * from touched
    union all
    select * from untouched
)
select
    together.order_id,
    journey_customers.customer_id,
    together.order_channel,
    together.ordered_at,
    together.gross_revenue,
    together.channel,
    together.campaign,
    concat_ws(':', together.channel, together.campaign) as touch,
    together.touched_at,
    row_number() over (partition by together.order_id order by together.visit_number) as touch_number,
    count(*) over (partition by together.order_id) as count_touches,
    count(*) over (partition by together.order_id, concat_ws(':', together.channel, together.campaign)) as count_same
from together
inner join journey_customers on together.customer_number = journey_customers.customer_number
