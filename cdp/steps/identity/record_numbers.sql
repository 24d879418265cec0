-- Numbers the records, so that graphs run on integers; the order of rows plays no part.
-- grain: one row per record
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

names as (
    select * from record_names
)

select
    records.record_id,
    row_number() over (order by records.record_id) - 1 as node,
    coalesce(names.name_key, '') as name_key,
    coalesce(strftime(records.birth_date, '%Y%m%d'), '') as birth_date
from records
left join names on records.record_id = names.record_id
