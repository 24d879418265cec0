-- What an account says of its holder. An account that has nothing but its number speaks of nobody.
-- grain: one row per account
with
accounts as (
    select *
    from shopify_customers
    where coalesce(first_name, last_name, email, phone, address_phone, address1) is not null
)
select
    'shopify_customers:' || customer_id as record_id,
    'shopify_customers' as feed,
    customer_id as source_id,
    'account' as record_kind,
    first_name,
    last_name,
    company,
    nullif(concat_ws(', ', address1, address2), '') as street,
    city,
    province_code as region,
    zip as postcode,
    upper(country_code) as country
from accounts
