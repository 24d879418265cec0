-- The identifiers of each customer, with the time in which they were seen.
-- grain: one row per customer, identifier type and value
-- runs on: duckdb, spark
with usable as (
    select * from usable_identifiers
),

mapped as (
    select * from identity_map
)

select
    mapped.customer_id,
    usable.identifier_type,
    usable.identifier_value,
    min(usable.first_seen_at) as first_seen_at,
    max(usable.last_seen_at) as last_seen_at,
    count(*) as count_records
from usable
inner join mapped on usable.record_id = mapped.record_id
group by mapped.customer_id, usable.identifier_type, usable.identifier_value
