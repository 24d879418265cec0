-- What points from an online order to a person: its e-mail, the buyer's phones and the order itself.
-- grain: one row per order, identifier type and value
with
observed as (
    select order_name, 'email' as identifier_type, email as identifier_value, null as country, created_at
    from shopify_orders
    union all
    select order_name, 'phone', billing_phone, billing_country, created_at from shopify_orders
    union all
    select order_name, 'phone', phone, coalesce(billing_country, shipping_country), created_at from shopify_orders
    union all
    select order_name, 'order_id', order_name, null, created_at from shopify_orders
)
select
    'shopify_orders:' || order_name as record_id,
    'shopify_orders' as feed,
    identifier_type,
    identifier_value,
    upper(max(country)) as country,
    min(created_at) as first_seen_at,
    max(created_at) as last_seen_at,
    1 as count_seen
from observed
where identifier_value is not null
group by order_name, identifier_type, identifier_value
