-- What points from an order to a person, and the order itself.
-- grain: one row per order, identifier type and value
with
observed as (
    select
        transaction_id as order_key,
        'shop_customer_id' as identifier_type,
        'square-' || customer_id as identifier_value,
        null as country,
        happened_at as seen_at
    from square_transactions
    union all
    select transaction_id, 'order_id', transaction_id, null, happened_at
    from square_transactions
)
select
    'square_transactions:' || order_key as record_id,
    'square_transactions' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by order_key, identifier_type, identifier_value
