-- What points from an account to a person: its number, e-mail and phones.
-- grain: one row per account, identifier type and value
with
accounts as (
    select *
    from shopify_customers
    where coalesce(first_name, last_name, email, phone, address_phone, address1) is not null
),
observed as (
    select customer_id, 'shop_customer_id' as identifier_type, customer_id as identifier_value, null as country
    from accounts
    union all
    select customer_id, 'email', email, null from accounts
    union all
    select customer_id, 'phone', phone, country_code from accounts
    union all
    select customer_id, 'phone', address_phone, country_code from accounts
)
select
    'shopify_customers:' || customer_id as record_id,
    'shopify_customers' as feed,
    identifier_type,
    identifier_value,
    upper(max(country)) as country,
    1 as count_seen
from observed
where identifier_value is not null
group by customer_id, identifier_type, identifier_value
