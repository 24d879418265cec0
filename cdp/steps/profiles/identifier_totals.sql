-- Which kinds of identifier a customer has.
-- grain: one row per customer with an identifier
-- runs on: duckdb, spark
select
    customer_id,
    count(*) filter (where identifier_type = 'loyalty_card') as count_cards,
    count(*) filter (where identifier_type = 'device_id') as count_devices
from identifiers
where first_seen_at is null
    or first_seen_at < cast($as_of as timestamp)
group by customer_id
