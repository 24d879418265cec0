-- Groups the records that carry one identifier value by the name they give: its holders.
-- grain: one row per identifier type, value and name ('' for records without a name)
-- runs on: duckdb, spark
with identifiers as (
    select * from usable_identifiers
),

names as (
    select * from record_names
)

select
    identifiers.identifier_type,
    identifiers.identifier_value,
    coalesce(names.name_key, '') as name_key,
    min(identifiers.record_id) as hub_record_id,
    count(*) as count_records,
    max(identifiers.is_landline) as is_landline,
    min(identifiers.first_seen_at) as first_seen_at,
    max(identifiers.last_seen_at) as last_seen_at
from identifiers
left join names on identifiers.record_id = names.record_id
group by identifiers.identifier_type, identifiers.identifier_value, coalesce(names.name_key, '')
