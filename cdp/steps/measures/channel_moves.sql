-- How often customers went from one touch to the next, from the beginning of journeys to their end.
-- grain: one row per touch left and touch entered
-- runs on: duckdb, spark
with
visits as (
    select
        customer_number,
        journey_number,
        visit_number,
        order_id,
        concat_ws(':', channel, campaign) as touch
    from journey_visits
),
walked as (
    select
        lag(touch) over (partition by customer_number, journey_number order by visit_number) as previous_touch,
        lead(touch) over (partition by customer_number, journey_number order by visit_number) as next_touch,
        touch,
        order_id
    from visits
),
moves as (
    select
        coalesce(previous_touch, '(begin)') as from_touch,
        case when order_id is null then touch else '(order)' end as to_touch
    from walked
    where order_id is null or previous_touch is not null
    union all
    select touch as from_touch, '(nothing)' as to_touch
    from walked
    where next_touch is null and order_id is null
)
select from_touch, to_touch, count(*) as count_moves
from moves
group by from_touch, to_touch
