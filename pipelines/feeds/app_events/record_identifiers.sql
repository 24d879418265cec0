-- What an installation of the app said about who uses it: device, account, e-mail, phone, card, orders.
-- grain: one row per device, identifier type and value
with
events as (
    select
        *,
        coalesce(device_id, 'user:' || user_id) as source_id
    from app_events
),
observed as (
    select source_id, 'device_id' as identifier_type, device_id as identifier_value, occurred_at from events
    union all
    select source_id, 'shop_customer_id', user_id, occurred_at from events
    union all
    select source_id, 'email', email, occurred_at from events
    union all
    select source_id, 'phone', phone, occurred_at from events
    union all
    select source_id, 'loyalty_card', loyalty_card, occurred_at from events
    union all
    select source_id, 'order_id', order_id, occurred_at from events
)
select
    'app_events:' || source_id as record_id,
    'app_events' as feed,
    identifier_type,
    identifier_value,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
