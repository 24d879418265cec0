-- The revenue of every purchase shared among the visits before it, by seven models side by side.
-- grain: one row per model, purchase and visit before it
-- runs on: duckdb
with
weighed as (
    select
        attribution_touches.*,
        power(0.5, (epoch(ordered_at) - epoch(touched_at)) / 604800.0) as decay,
        coalesce(removal_effects.removal_effect, 0.0) / count_same as removal_weight,
        order_margins.margin
    from attribution_touches
    left join removal_effects on attribution_touches.touch = removal_effects.touch
    left join order_margins on attribution_touches.order_id = order_margins.order_id
),
summed as (
    select
        *,
        sum(decay) over (partition by order_id) as all_decay,
        sum(removal_weight) over (partition by order_id) as all_removal,
        sum(1.0 / count_same) over (partition by order_id) as count_distinct
    from weighed
),
shares as (
    select *, 'first_touch' as model, case when touch_number = 1 then 1.0 else 0.0 end as share
    from summed
    union all
    select *, 'last_touch' as model, case when touch_number = count_touches then 1.0 else 0.0 end as share
    from summed
    union all
    select *, 'linear' as model, 1.0 / count_touches as share
    from summed
    union all
    select *, 'time_decay' as model, decay / all_decay as share
    from summed
    union all
    select
        *,
        'position' as model,
        case
            when count_touches <= 2 then 1.0 / count_touches
            when touch_number in (1, count_touches) then 0.4
            else 0.2 / (count_touches - 2)
        end as share
    from summed
    union all
    select
        *,
        'markov' as model,
        case when all_removal > 0 then removal_weight / all_removal else 1.0 / count_touches end as share
    from summed
    union all
    select *, 'shapley' as model, 1.0 / count_distinct / count_same as share
    from summed
)
select
    model,
    order_id,
    customer_id,
    order_channel,
    ordered_at,
    cast(touch_number as bigint) as touch_number,
    channel,
    campaign,
    touched_at,
    round(cast(share as double), 9) as share,
    round(cast(share as double) * cast(gross_revenue as double), 6) as revenue,
    round(cast(share as double) * margin, 6) as margin
from shares
where share > 0
