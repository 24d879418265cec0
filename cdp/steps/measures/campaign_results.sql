-- What each campaign cost, and what online orders with its discount code brought in, in the workspace's currency.
-- grain: one row per campaign that has begun
-- runs on: duckdb
with
named as (
    select
        campaign_id,
        min(name) as name,
        min(channel) as channel,
        min(started_at) as started_at,
        max(upper(trim(discount_code))) as discount_code
    from campaigns
    group by campaign_id
),
billed as (
    select
        campaign_costs.campaign_id,
        campaign_costs.channel,
        campaign_costs.started_on,
        coalesce(
            campaign_costs.fixed_cost + campaign_costs.unit_cost * campaign_costs.count_billed,
            campaign_costs.total_cost,
            campaign_costs.fixed_cost
        ) * case
            when lower(coalesce(campaign_costs.currency, $currency)) = lower($currency) then 1
            else exchange_rates.rate
        end as cost
    from campaign_costs
    asof left join exchange_rates
        on lower(campaign_costs.currency) = lower(exchange_rates.currency)
        and coalesce(campaign_costs.started_on, cast($last_day as date)) >= exchange_rates.rate_date
),
spent as (
    select
        campaign_id,
        min(channel) as channel,
        min(started_on) as started_on,
        cast(sum(cost) as double) as cost
    from billed
    group by campaign_id
),
used as (
    select upper(trim(orders.discount_code)) as discount_code, sum(order_owners.revenue) as revenue
    from orders
    inner join order_owners on orders.order_id = order_owners.order_id
    where order_owners.counted_as is not null
        and orders.channel in ('web', 'app')
        and orders.discount_code is not null
    group by upper(trim(orders.discount_code))
)
select
    coalesce(spent.campaign_id, named.campaign_id) as campaign_id,
    named.name,
    coalesce(spent.channel, named.channel) as channel,
    coalesce(spent.started_on, cast(named.started_at as date)) as started_on,
    spent.cost,
    cast(coalesce(used.revenue, 0) as double) as code_revenue,
    (cast(coalesce(used.revenue, 0) as double) - spent.cost) / nullif(spent.cost, 0) as code_roi
from spent
full outer join named on spent.campaign_id = named.campaign_id
left join used on named.discount_code = used.discount_code
where coalesce(spent.started_on, cast(named.started_at as date), cast($last_day as date)) <= cast($last_day as date)
