-- Contacts that must not be written to.
-- grain: one row per entry of a list
select
    'suppressions:' || coalesce(list || '/', '') || entry_id as request_id,
    'suppressions' as feed,
    'suppression' as request_type,
    since as requested_at,
    case when lower(identifier_type) = 'email' then value end as email,
    case when lower(identifier_type) = 'phone' then value end as phone,
    case when lower(identifier_type) = 'loyalty_card' then value end as loyalty_card,
    case when lower(identifier_type) = 'shop_customer_id' then value end as shop_customer_id,
    case when lower(identifier_type) = 'device_id' then value end as device_id,
    upper(country) as country,
    lower(channel) as channel,
    reason,
    until as valid_until
from suppressions
