-- What campaigns cost.
-- grain: one row per campaign
select
    campaign_id,
    'campaign_costs' as feed,
    lower(channel) as channel,
    fixed_cost,
    unit_cost,
    sends_billed as count_billed,
    coalesce(total_cost, fixed_cost + coalesce(unit_cost, 0) * coalesce(sends_billed, 0)) as total_cost,
    upper(currency) as currency,
    started_on
from campaign_costs
