-- The parts of each distinct standardised name.
-- grain: one row per name
-- runs on: duckdb, spark
with names as (
    select * from record_names
)

select
    name_key,
    min(first_std) as first_std,
    min(last_std) as last_std,
    min(family_std) as family_std,
    min(suffix_std) as suffix_std
from names
group by name_key
