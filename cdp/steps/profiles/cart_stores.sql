-- The store that can serve an open cart: the customer's usual one, else the nearest by country, town and postcode.
-- grain: one row per customer with an open cart for whom a store is known
-- runs on: duckdb
with
waiting as (
    select distinct customer_id
    from carts
    where status = 'open'
),
homes as (
    select
        waiting.customer_id,
        golden_record.country,
        lower(trim(golden_record.city)) as city,
        lower(regexp_replace(golden_record.postcode, '[^A-Za-z0-9]', '', 'g')) as postcode
    from waiting
    inner join golden_record on waiting.customer_id = golden_record.customer_id
    anti join usual_stores on waiting.customer_id = usual_stores.customer_id
),
near as (
    select
        homes.customer_id,
        stores.store_id,
        homes.city = lower(trim(stores.city)) as is_same_city,
        length(homes.postcode) > 0
            and left(homes.postcode, 2) = left(lower(regexp_replace(stores.postcode, '[^A-Za-z0-9]', '', 'g')), 2)
            as is_same_area
    from homes
    inner join stores on homes.country = stores.country
),
nearest as (
    select
        customer_id,
        arg_max(store_id, (coalesce(is_same_city, false), coalesce(is_same_area, false), store_id)) as store_id
    from near
    where is_same_city or is_same_area
    group by customer_id
)
select waiting.customer_id, usual_stores.store_id, 'usual' as basis
from waiting
inner join usual_stores on waiting.customer_id = usual_stores.customer_id
union all
select customer_id, store_id, 'nearest' as basis
from nearest
