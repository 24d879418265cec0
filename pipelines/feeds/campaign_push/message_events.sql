-- What became of push messages. A message belongs to the account that was logged in, else to the device.
-- grain: one row per event
select
    'campaign_push:' || event_id as event_id,
    'campaign_push' as feed,
    'push' as channel,
    campaign_id,
    nullif(regexp_replace(event_id, '-(Send|Bounce|Open|InfluencedOpen)$', ''), event_id) as message_id,
    case split_part(event_type, '.', -1)
        when 'Send' then 'sent'
        when 'Bounce' then 'bounced'
        when 'Open' then 'opened'
    end as event_type,
    occurred_at,
    case when external_user_id is null then 'device_id' else 'shop_customer_id' end as recipient_type,
    coalesce(external_user_id, device_id) as recipient_value,
    device_id
from campaign_push
