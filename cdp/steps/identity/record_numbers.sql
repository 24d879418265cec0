-- Numbers the records, so that graphs run on integers; the order of rows plays no part.
-- grain: one row per record
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

names as (
    select * from record_names
),

-- what programs write where no birth date was given
defaults as (
    select * from default_dates
),

dated as (
    select
        record_id,
        strftime(birth_date, '%Y%m%d') as birth_date
    from records
)

select
    dated.record_id,
    row_number() over (order by dated.record_id) - 1 as node,
    coalesce(names.name_key, '') as name_key,
    case when defaults.birth_date is null then coalesce(dated.birth_date, '') else '' end as birth_date
from dated
left join names on dated.record_id = names.record_id
left join defaults on dated.birth_date = defaults.birth_date
