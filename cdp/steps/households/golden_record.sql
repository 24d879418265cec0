-- The golden record: of every attribute the value that its survivorship policy put first.
-- grain: one row per customer with at least one known value
-- runs on: duckdb
select
    customer_id,
    max(case when attribute = 'full_name' then value end) as full_name,
    max(case when attribute = 'first_name' then value end) as first_name,
    max(case when attribute = 'last_name' then value end) as last_name,
    cast(max(case when attribute = 'birth_date' then value end) as date) as birth_date,
    max(case when attribute = 'gender' then value end) as gender,
    max(case when attribute = 'email' then value end) as email,
    max(case when attribute = 'phone' then value end) as phone,
    max(case when attribute = 'street' then value end) as street,
    max(case when attribute = 'city' then value end) as city,
    max(case when attribute = 'postcode' then value end) as postcode,
    max(case when attribute = 'country' then value end) as country,
    max(case when attribute = 'loyalty_card' then value end) as loyalty_card,
    max(case when attribute = 'shop_customer_id' then value end) as shop_customer_id
from profile_attributes
where choice_rank = 1
group by customer_id
