-- The latest touchpoints of each identified customer, newest first. Cut per record before the join.
-- grain: one row per customer with a touchpoint
-- runs on: duckdb
with
per_record as (
    select
        record_id,
        max({
            'occurred_at': occurred_at,
            'touchpoint_id': touchpoint_id,
            'channel': channel,
            'event_name': event_name,
            'order_id': order_id,
            'sku': sku,
            'page': page
        }, $recent_touchpoints) as latest
    from touchpoints
    where occurred_at < cast($as_of as timestamp)
    group by record_id
),
unpacked as (
    select
        identity_map.customer_id,
        unnest(per_record.latest) as touchpoint
    from per_record
    inner join identity_map on per_record.record_id = identity_map.record_id
    inner join customers on identity_map.customer_id = customers.customer_id
    where not customers.is_anonymous
)
select
    customer_id,
    max(touchpoint, $recent_touchpoints) as recent_touchpoints
from unpacked
group by customer_id
