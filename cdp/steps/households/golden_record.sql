-- The golden record: of every attribute the value that its survivorship policy put first.
-- grain: one row per customer with at least one known value
-- runs on: duckdb
select
    customer_id,
    any_value(value) filter (where attribute = 'full_name') as full_name,
    any_value(value) filter (where attribute = 'first_name') as first_name,
    any_value(value) filter (where attribute = 'last_name') as last_name,
    cast(any_value(value) filter (where attribute = 'birth_date') as date) as birth_date,
    any_value(value) filter (where attribute = 'gender') as gender,
    any_value(value) filter (where attribute = 'email') as email,
    any_value(value) filter (where attribute = 'phone') as phone,
    any_value(value) filter (where attribute = 'street') as street,
    any_value(value) filter (where attribute = 'city') as city,
    any_value(value) filter (where attribute = 'postcode') as postcode,
    any_value(value) filter (where attribute = 'country') as country,
    any_value(value) filter (where attribute = 'loyalty_card') as loyalty_card,
    any_value(value) filter (where attribute = 'shop_customer_id') as shop_customer_id
from profile_attributes
where choice_rank = 1
group by customer_id
