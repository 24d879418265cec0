-- How far visits to the web shop and the app got: a product viewed, something in the cart, checkout, order; and which of
-- those without an order were followed by one in another channel within seven days. A visit counts in every step up to
-- the furthest that it reached, on the day on which it began.
-- grain: one row per period, its first day and channel
-- runs on: duckdb
with
visits as (
    select
        channel,
        feed,
        record_id,
        session_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(case
            when event_name = 'Order Completed' then 4
            when event_name = 'Checkout Started' then 3
            when event_name in ('Product Added', 'Cart Viewed') then 2
            when event_name = 'Product Viewed' then 1
            else 0
        end) as reached
    from touchpoints
    where session_id is not null
        and occurred_at < cast($as_of as timestamp)
    group by channel, feed, record_id, session_id
),
elsewhere as (
    select distinct visits.feed, visits.record_id, visits.session_id, visits.channel
    from visits
    inner join identity_map on visits.record_id = identity_map.record_id
    inner join customer_orders
        on identity_map.customer_id = customer_orders.customer_id
        and visits.channel <> customer_orders.channel
        and customer_orders.ordered_at >= visits.ended_at
        and customer_orders.ordered_at < visits.ended_at + interval 7 day
    where customer_orders.is_purchase
        and visits.reached between 1 and 3
),
dated as (
    select
        visits.channel,
        visits.reached,
        elsewhere.session_id is not null as is_ordered_elsewhere,
        cast(timezone($time_zone, timezone('UTC', visits.started_at)) as date) as started_on
    from visits
    left join elsewhere
        on visits.feed = elsewhere.feed
        and visits.record_id = elsewhere.record_id
        and visits.session_id = elsewhere.session_id
        and visits.channel = elsewhere.channel
),
periods as (
    select 'week' as period
    union all
    select 'month' as period
)
select
    periods.period,
    cast(date_trunc(periods.period, dated.started_on) as date) as starts_on,
    dated.channel,
    count(*) as count_visits,
    count(*) filter (where dated.reached >= 1) as count_viewed,
    count(*) filter (where dated.reached >= 2) as count_carts,
    count(*) filter (where dated.reached >= 3) as count_checkouts,
    count(*) filter (where dated.reached = 4) as count_orders,
    count(*) filter (where dated.is_ordered_elsewhere) as count_ordered_elsewhere_7d
from dated
cross join periods
group by all
