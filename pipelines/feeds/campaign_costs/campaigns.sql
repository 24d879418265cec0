-- Campaigns as the cost list names them, with the code that each advertises.
-- grain: one row per campaign
select
    campaign_id,
    null as send_id,
    'campaign_costs' as feed,
    campaign_name as name,
    lower(channel) as channel,
    started_on::timestamp as started_at,
    upper(discount_code) as discount_code
from campaign_costs
