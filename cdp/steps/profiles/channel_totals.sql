-- Channels in which each customer was present, and when last in each.
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
        max(last_seen_at) filter (where channel = 'support') as last_support_at
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
        case when last_store_at is not null then 'store' end,
        case when last_web_at is not null then 'web' end,
        case when last_app_at is not null then 'app' end,
        case when last_social_at is not null then 'social' end,
        case when last_support_at is not null then 'support' end
    ) as channels
from pivoted
