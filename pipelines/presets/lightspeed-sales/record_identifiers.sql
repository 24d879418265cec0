-- What points from an order to a person, and the order itself.
-- grain: one row per order, identifier type and value
with
observed as (
    select
        receipt_number as order_key,
        'shop_customer_id' as identifier_type,
        'lightspeed-' || customer_code as identifier_value,
        null as country,
        date as seen_at
    from lightspeed_sales
    union all
    select receipt_number, 'order_id', receipt_number, null, date
    from lightspeed_sales
)
select
    'lightspeed_sales:' || order_key as record_id,
    'lightspeed_sales' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by order_key, identifier_type, identifier_value
