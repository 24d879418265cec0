-- Everything a browser ever said about who uses it: cookie, account, e-mail, phone, completed orders. A browser
-- used by two people carries the values of both, each with its times.
-- grain: one row per browser, identifier type and value
with
calls as (
    select
        *,
        coalesce(anonymous_id, 'user:' || user_id) as source_id,
        upper(nullif(regexp_extract(locale, '[-_]([A-Za-z]{2})$', 1), '')) as region
    from segment_events
    where lower(type) in ('page', 'track', 'identify', 'screen', 'group', 'alias')
),
observed as (
    select source_id, 'anonymous_id' as identifier_type, anonymous_id as identifier_value, null as country,
        occurred_at
    from calls
    union all
    select source_id, 'shop_customer_id', user_id, null, occurred_at from calls
    union all
    select source_id, 'email', email, null, occurred_at from calls
    union all
    select source_id, 'phone', phone, region, occurred_at from calls
    union all
    select source_id, 'order_id', order_id, null, occurred_at from calls
)
select
    'segment_events:' || source_id as record_id,
    'segment_events' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
