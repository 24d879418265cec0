-- Everything done in the app. The service numbers visits itself; -1 stands for none.
-- grain: one row per event
with
events as (
    select
        *,
        coalesce(device_id, 'user:' || user_id) as source_id
    from app_events
)
select
    'app_events:' || uuid as touchpoint_id,
    'app_events:' || source_id as record_id,
    'app_events' as feed,
    'app' as channel,
    event_type as event_name,
    occurred_at,
    case when session_number > 0 then source_id || '-' || session_number end as session_id,
    order_id,
    cart_id,
    sku,
    quantity,
    coalesce(revenue, price * coalesce(quantity, 1)) as amount,
    json_merge_patch(
        coalesce(properties, '{}'),
        json_object('app_version', version_name, 'platform', platform)
    ) as properties
from events
