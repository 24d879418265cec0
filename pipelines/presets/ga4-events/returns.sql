-- Refunds of orders, in whole or in part.
-- grain: one row per refund event
select
    'ga4_events:' || order_number || ':refund:' || cast(event_timestamp as varchar) as return_id,
    order_number as order_id,
    'ga4_events:' || visitor_id as record_id,
    'ga4_events' as feed,
    'post' as return_channel,
    event_timestamp as returned_at,
    abs(coalesce(refund_value, purchase_revenue, try_cast(parameter_value as decimal(18, 2)), 0)) as amount,
    upper(parameter_currency) as currency
from ga4_events
where event_name = 'refund'
    and order_number is not null
    and visitor_id is not null
qualify row_number() over (partition by order_number, event_timestamp order by _file_id, _row) = 1
