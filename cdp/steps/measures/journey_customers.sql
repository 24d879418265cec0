-- The customers whose journeys are told, numbered in the order of their ids: contacts are sorted by a number faster than
-- by a text.
-- grain: one row per identified customer, whoever asked to be forgotten left out
-- runs on: duckdb, spark
select
    customer_id,
    cast(row_number() over (order by customer_id) as integer) as customer_number
from profiles
where not is_erasure_requested
