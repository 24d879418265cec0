-- Everything about a record that the model compares, beside the component that exact identifiers gave it.
-- grain: one row per record that bears a name
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

numbers as (
    select * from record_numbers
),

components as (
    select * from record_components
),

names as (
    select * from record_names
),

places as (
    select * from record_places
)

select
    numbers.record_id,
    components.component,
    names.name_key,
    names.first_std,
    names.last_std,
    names.suffix_std,
    case when length(names.first_std) > 1 and names.last_std is not null then 1 else 0 end as is_full_name,
    nullif(numbers.birth_date, '') as birth_date,
    places.postcode_std,
    places.address_key,
    places.city_std,
    records.country
from numbers
inner join records on numbers.record_id = records.record_id
inner join components on numbers.node = components.node
inner join names on numbers.record_id = names.record_id
left join places on numbers.record_id = places.record_id
