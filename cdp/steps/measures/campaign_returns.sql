-- What every attribution model credits to each campaign, beside what the campaign cost.
-- grain: one row per model and campaign with costs
-- runs on: duckdb
with
models as (
    select unnest(
        ['first_touch', 'last_touch', 'linear', 'time_decay', 'position', 'markov', 'shapley']
    ) as model
),
credited as (
    select
        model,
        campaign as campaign_id,
        cast(sum(cast(revenue as decimal(18, 6))) as double) as revenue,
        cast(sum(cast(margin as decimal(18, 6))) as double) as margin
    from attribution_credits
    where campaign is not null
    group by model, campaign
)
select
    models.model,
    campaign_results.channel,
    campaign_results.campaign_id,
    campaign_results.cost,
    coalesce(credited.revenue, 0.0) as revenue,
    case when credited.campaign_id is null then 0.0 else credited.margin end as margin,
    (case when credited.campaign_id is null then 0.0 else credited.margin end - campaign_results.cost)
        / nullif(campaign_results.cost, 0) as attributed_roi
from campaign_results
cross join models
left join credited
    on models.model = credited.model
    and campaign_results.campaign_id = credited.campaign_id
where campaign_results.cost is not null
