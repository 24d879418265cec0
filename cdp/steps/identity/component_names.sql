-- The different names within each component of exact identifiers.
-- grain: one row per component and name
-- runs on: duckdb, spark
with components as (
    select * from record_components
),

numbers as (
    select * from record_numbers
),

named as (
    select distinct
        components.component,
        numbers.name_key
    from components
    inner join numbers on components.node = numbers.node
    where numbers.name_key <> ''
)

select
    component,
    name_key,
    count(*) over (partition by component) as count_names
from named
