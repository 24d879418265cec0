-- What each campaign cost and what every attribution model credits to it.
-- grain: one row per model, channel and campaign with a cost or a credit
-- runs on: duckdb
with
models as (
    select distinct model from attribution_credits
),
credited as (
    select model, channel, campaign as campaign_id, sum(revenue) as revenue, sum(margin) as margin
    from attribution_credits
    where campaign is not null
    group by model, channel, campaign
),
by_campaign as (
    select model, campaign_id, sum(revenue) as revenue, sum(margin) as margin
    from credited
    group by model, campaign_id
),
spent as (
    select
        campaign_id,
        max(channel) as channel,
        cast(sum(fixed_cost + unit_cost * count_billed) as double) as cost
    from campaign_costs
    group by campaign_id
),
paired as (
    select models.model, spent.campaign_id, spent.channel, spent.cost
    from models
    cross join spent
)
select
    paired.model,
    paired.channel,
    paired.campaign_id,
    paired.cost,
    coalesce(by_campaign.revenue, 0.0) as revenue,
    coalesce(by_campaign.margin, 0.0) as margin,
    (coalesce(by_campaign.margin, 0.0) - paired.cost) / nullif(paired.cost, 0) as attributed_roi
from paired
left join by_campaign on paired.model = by_campaign.model and paired.campaign_id = by_campaign.campaign_id
