-- How the same money could be spread over channels, were margin to grow with the square root of cost.
-- grain: one row per model and channel with costs
-- runs on: duckdb
with
channels as (
    select
        model,
        channel,
        cast(sum(cast(cost as decimal(18, 6))) as double) as cost,
        cast(sum(cast(margin as decimal(18, 6))) as double) as margin
    from campaign_returns
    where margin is not null and channel is not null
    group by model, channel
    having sum(cost) > 0
),
scaled as (
    select
        *,
        greatest(margin, 0.0) / sqrt(cost) as strength
    from channels
),
shared as (
    select
        *,
        cast(sum(cast(cost as decimal(18, 6))) over (partition by model) as double) as all_cost,
        cast(sum(cast(strength * strength as decimal(30, 8))) over (partition by model) as double) as all_strength
    from scaled
)
select
    model,
    channel,
    cost,
    margin,
    (margin - cost) / cost as attributed_roi,
    case when all_strength > 0 then all_cost * strength * strength / all_strength else cost end as estimated_cost,
    case
        when all_strength > 0 then strength * sqrt(all_cost * strength * strength / all_strength)
        else margin
    end as estimated_margin,
    true as is_estimate
from shared
