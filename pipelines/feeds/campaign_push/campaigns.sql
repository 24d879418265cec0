-- Campaigns as the push tool names them.
-- grain: one row per campaign
select
    campaign_id,
    null as send_id,
    'campaign_push' as feed,
    max_by(campaign_name, occurred_at) filter (where campaign_name is not null) as name,
    'push' as channel,
    min(occurred_at) as started_at
from campaign_push
where campaign_id is not null
group by campaign_id
