-- Pages viewed and events tracked on the web shop. A visit ends after 30 minutes of silence, unless the
-- collector counts visits itself. Identify calls are no contact; calls of an unknown type are left out. An order that
-- was told as completed several times was completed once: the first call counts.
-- grain: one row per page view or tracked event
with
calls as (
    select
        *,
        coalesce(anonymous_id, 'user:' || user_id) as source_id
    from segment_events
    where lower(type) in ('page', 'track', 'screen')
    qualify lower(event) is distinct from 'order completed'
        or order_id is null
        or row_number() over (
            partition by lower(event), order_id order by occurred_at, message_id
        ) = 1
),
gaps as (
    select
        *,
        coalesce(
            occurred_at > lag(occurred_at) over (partition by source_id order by occurred_at, message_id)
                + interval 30 minute,
            true
        ) as opens_visit
    from calls
),
visits as (
    select
        *,
        max(case when opens_visit then occurred_at end) over (
            partition by source_id order by occurred_at, message_id
            rows between unbounded preceding and current row
        ) as visit_started_at
    from gaps
)
select
    'segment_events:' || message_id as touchpoint_id,
    'segment_events:' || source_id as record_id,
    'segment_events' as feed,
    'web' as channel,
    case lower(type)
        when 'page' then 'Page Viewed'
        when 'screen' then 'Screen Viewed'
        else coalesce(event, 'Event Without Name')
    end as event_name,
    occurred_at,
    coalesce(
        collector_session_id,
        source_id || '-' || strftime(visit_started_at, '%Y%m%d%H%M%S')
    ) as session_id,
    order_id,
    cart_id,
    sku,
    quantity,
    coalesce(revenue, price * coalesce(quantity, 1)) as amount,
    campaign,
    path as page,
    properties
from visits
