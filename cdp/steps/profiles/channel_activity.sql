-- Where and when each customer met the company: touchpoints, orders, goods brought back, support, social; and whether
-- more than a name ties it to him.
-- grain: one row per customer and channel
-- runs on: duckdb, spark
with
seen as (
    select
        record_id,
        channel,
        count(*) as count_touchpoints,
        min(occurred_at) as first_seen_at,
        max(occurred_at) as last_seen_at
    from touchpoints
    where occurred_at < cast($as_of as timestamp)
    group by record_id, channel
),
bought as (
    select
        record_id,
        channel,
        cast(0 as bigint) as count_touchpoints,
        min(ordered_at) as first_seen_at,
        max(ordered_at) as last_seen_at
    from orders
    where ordered_at < cast($as_of as timestamp)
    group by record_id, channel
),
brought_back as (
    select
        record_id,
        return_channel as channel,
        cast(0 as bigint) as count_touchpoints,
        min(returned_at) as first_seen_at,
        max(returned_at) as last_seen_at
    from returns
    where return_channel = 'store'
        and returned_at < cast($as_of as timestamp)
    group by record_id, return_channel
),
asked as (
    select
        record_id,
        'support' as channel,
        cast(0 as bigint) as count_touchpoints,
        min(opened_at) as first_seen_at,
        max(opened_at) as last_seen_at
    from tickets
    where opened_at < cast($as_of as timestamp)
    group by record_id
),
spoke as (
    select
        record_id,
        case when record_kind = 'handle' then 'social' else 'support' end as channel,
        cast(0 as bigint) as count_touchpoints,
        first_observed_at as first_seen_at,
        case
            when record_kind = 'handle' and last_observed_at < cast($as_of as timestamp) then last_observed_at
            else first_observed_at
        end as last_seen_at
    from identity_records
    where record_kind in ('handle', 'ticket', 'call')
        and first_observed_at < cast($as_of as timestamp)
),
activity as (
    select record_id, channel, count_touchpoints, first_seen_at, last_seen_at from seen
    union all
    select record_id, channel, count_touchpoints, first_seen_at, last_seen_at from bought
    union all
    select record_id, channel, count_touchpoints, first_seen_at, last_seen_at from brought_back
    union all
    select record_id, channel, count_touchpoints, first_seen_at, last_seen_at from asked
    union all
    select record_id, channel, count_touchpoints, first_seen_at, last_seen_at from spoke
)
select
    identity_map.customer_id,
    activity.channel,
    sum(activity.count_touchpoints) as count_touchpoints,
    min(activity.first_seen_at) as first_seen_at,
    max(activity.last_seen_at) as last_seen_at,
    max(case when record_evidence.evidence = 'weak' then 0 else 1 end) = 1 as is_certain
from activity
inner join identity_map on activity.record_id = identity_map.record_id
left join record_evidence on activity.record_id = record_evidence.record_id
where activity.channel is not null
group by identity_map.customer_id, activity.channel
