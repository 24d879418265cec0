-- What each identity record says about names, birth date, gender and address of an identified customer.
-- grain: one row per identity record that says any of it, of a customer who is not anonymous
-- runs on: duckdb, spark
with
identified as (
    select customer_id
    from customers
    where not is_anonymous
),
records as (
    select
        record_id,
        feed,
        case
            when last_observed_at < cast($as_of as timestamp) then last_observed_at
            else first_observed_at
        end as observed_at,
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        nullif(trim(full_name), '') as given_full_name,
        cast(birth_date as varchar) as birth_date,
        nullif(trim(gender), '') as gender,
        nullif(trim(street), '') as street,
        nullif(trim(city), '') as city,
        nullif(trim(postcode), '') as postcode,
        nullif(trim(country), '') as country
    from identity_records
    where first_observed_at is null
        or first_observed_at < cast($as_of as timestamp)
),
named as (
    select
        records.record_id,
        records.feed,
        records.observed_at,
        coalesce(
            records.given_full_name,
            nullif(trim(concat_ws(' ', records.first_name, records.last_name)), '')
        ) as full_name,
        records.first_name,
        records.last_name,
        records.birth_date,
        records.gender,
        records.street,
        records.city,
        records.postcode,
        records.country
    from records
)
select
    identity_map.customer_id,
    named.record_id,
    named.feed,
    named.observed_at,
    named.full_name,
    named.first_name,
    named.last_name,
    named.birth_date,
    named.gender,
    named.street,
    named.city,
    named.postcode,
    named.country
from named
inner join identity_map on named.record_id = identity_map.record_id
inner join identified on identity_map.customer_id = identified.customer_id
where coalesce(
    named.full_name, named.first_name, named.last_name, named.birth_date, named.gender,
    named.street, named.city, named.postcode, named.country
) is not null
