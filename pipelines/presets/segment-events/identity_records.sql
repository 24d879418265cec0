-- A browser, with the name its visitor last gave. Calls that only name an account make a record of their own.
-- Calls of an unknown type are left out.
-- grain: one row per cookie, or per account seen without a cookie
with
calls as (
    select
        *,
        coalesce(anonymous_id, 'user:' || user_id) as source_id
    from segment_events
    where lower(type) in ('page', 'track', 'identify', 'screen', 'group', 'alias')
),
visitors as (
    select
        source_id,
        min(occurred_at) as first_observed_at,
        max(occurred_at) as last_observed_at
    from calls
    group by source_id
),
latest_names as (
    select
        source_id,
        first_name,
        last_name,
        case when coalesce(first_name, last_name) is null then full_name end as full_name
    from calls
    where coalesce(first_name, last_name, full_name) is not null
    qualify row_number() over (partition by source_id order by occurred_at desc, message_id) = 1
)
select
    'segment_events:' || visitors.source_id as record_id,
    'segment_events' as feed,
    visitors.source_id,
    'device' as record_kind,
    visitors.first_observed_at,
    visitors.last_observed_at,
    latest_names.first_name,
    latest_names.last_name,
    latest_names.full_name
from visitors
left join latest_names on visitors.source_id = latest_names.source_id
