-- Orders of the website and the app, from the first purchase event of each number. Its value is the merchandise, as
-- Google recommends that it be sent.
-- grain: one row per order
select
    order_number as order_id,
    'ga4_events:' || arg_min(visitor_id, event_timestamp) as record_id,
    'ga4_events' as feed,
    arg_min(channel, event_timestamp) as channel,
    min(event_timestamp) as ordered_at,
    false as is_cancelled,
    coalesce(upper(arg_min(parameter_currency, event_timestamp)), 'USD') as currency,
    coalesce(arg_min(coalesce(purchase_revenue, try_cast(parameter_value as decimal(18, 2))), event_timestamp), 0) as gross_revenue,
    coalesce(arg_min(shipping_value, event_timestamp), 0) as shipping_amount,
    arg_min(tax_value, event_timestamp) as tax_amount
from ga4_events
where is_purchase
    and visitor_id is not null
group by order_number
