-- The latest touchpoints of each identified customer, newest first.
-- grain: one row per customer with a touchpoint
-- runs on: duckdb
select
    identity_map.customer_id,
    max({
        'occurred_at': touchpoints.occurred_at,
        'touchpoint_id': touchpoints.touchpoint_id,
        'channel': touchpoints.channel,
        'event_name': touchpoints.event_name,
        'order_id': touchpoints.order_id,
        'sku': touchpoints.sku,
        'page': touchpoints.page
    }, $recent_touchpoints) as recent_touchpoints
from touchpoints
inner join identity_map on touchpoints.record_id = identity_map.record_id
inner join customers on identity_map.customer_id = customers.customer_id
where touchpoints.occurred_at < cast($as_of as timestamp)
    and not customers.is_anonymous
group by identity_map.customer_id
