-- Channels in which each customer was present for certain, and when last in each, by whatever evidence.
-- grain: one row per customer seen in any channel
-- runs on: duckdb
with
pivoted as (
    select
        customer_id,
        sum(count_touchpoints) as count_touchpoints,
        max(last_seen_at) as last_touchpoint_at,
        max(last_seen_at) filter (where channel = 'store') as last_store_at,
        max(last_seen_at) filter (where channel = 'web') as last_web_at,
        max(last_seen_at) filter (where channel = 'app') as last_app_at,
        max(last_seen_at) filter (where channel = 'social') as last_social_at,
        max(last_seen_at) filter (where channel = 'support') as last_support_at,
        list(channel) filter (where is_certain) as certain_channels
    from channel_activity
    where channel in ('store', 'web', 'app', 'social', 'support')
    group by customer_id
)
select
    customer_id,
    count_touchpoints,
    last_touchpoint_at,
    case last_touchpoint_at
        when last_store_at then 'store'
        when last_web_at then 'web'
        when last_app_at then 'app'
        when last_social_at then 'social'
        when last_support_at then 'support'
    end as last_touchpoint_channel,
    last_store_at,
    last_web_at,
    last_app_at,
    last_social_at,
    last_support_at,
    concat_ws(
        '|',
        case when list_contains(certain_channels, 'store') then 'store' end,
        case when list_contains(certain_channels, 'web') then 'web' end,
        case when list_contains(certain_channels, 'app') then 'app' end,
        case when list_contains(certain_channels, 'social') then 'social' end,
        case when list_contains(certain_channels, 'support') then 'support' end
    ) as channels
from pivoted
