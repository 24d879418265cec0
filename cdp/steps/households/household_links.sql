-- What may tie people to one household: their address, together with a family name or a phone they share.
-- grain: one row per customer and shared key
-- runs on: duckdb, spark
with
homes as (
    select
        customer_id,
        concat_ws(
            '|',
            country,
            lower(regexp_replace(postcode, '[^A-Za-z0-9]', '', 'g')),
            lower(regexp_replace(street, '[\s.,-]', '', 'g'))
        ) as place_key,
        lower(regexp_replace(last_name, '[\s.''-]', '', 'g')) as family_key
    from golden_record
    where street is not null
        and postcode is not null
),
phones as (
    select customer_id, identifier_value
    from identifiers
    where identifier_type = 'phone'
),
keys as (
    select customer_id, concat_ws('|', place_key, 'name', family_key) as shared_key
    from homes
    where length(family_key) > 1
    union
    select homes.customer_id, concat_ws('|', homes.place_key, 'phone', phones.identifier_value) as shared_key
    from homes
    inner join phones on homes.customer_id = phones.customer_id
),
shared as (
    select shared_key
    from keys
    group by shared_key
    having count(*) between 2 and 12
)
select keys.customer_id, keys.shared_key
from keys
inner join shared on keys.shared_key = shared.shared_key
