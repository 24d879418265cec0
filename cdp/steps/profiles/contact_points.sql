-- By which channels a customer can be reached at all: the chosen e-mail and phone, unless the address sends
-- messages back or the number is a landline, and devices that take messages.
-- grain: one row per customer with a golden record
-- runs on: duckdb, spark
with
addresses as (
    select
        golden_record.customer_id,
        identifier_values.identifier_type,
        min(identifier_values.identifier_key) as identifier_value
    from golden_record
    inner join identifier_values
        on golden_record.customer_id = identifier_values.customer_id
        and (
            (identifier_values.identifier_type = 'email' and golden_record.email = identifier_values.identifier_value)
            or (identifier_values.identifier_type = 'phone' and golden_record.phone = identifier_values.identifier_value)
        )
    group by golden_record.customer_id, identifier_values.identifier_type
    union all
    select customer_id, identifier_type, identifier_value
    from identifiers
    where identifier_type = 'device_id'
        and (first_seen_at is null or first_seen_at < cast($as_of as timestamp))
),
landlines as (
    select distinct identifier_value
    from usable_identifiers
    where identifier_type = 'phone'
        and is_landline
)
select
    addresses.customer_id,
    max(case when addresses.identifier_type = 'email' then 1 else 0 end) = 1 as takes_email,
    max(case when addresses.identifier_type = 'phone' then 1 else 0 end) = 1 as takes_sms,
    max(case when addresses.identifier_type = 'device_id' then 1 else 0 end) = 1 as takes_push
from addresses
left join undeliverable
    on addresses.identifier_type = undeliverable.identifier_type
    and addresses.identifier_value = undeliverable.identifier_value
left join landlines
    on addresses.identifier_type = 'phone'
    and addresses.identifier_value = landlines.identifier_value
where undeliverable.identifier_value is null
    and landlines.identifier_value is null
group by addresses.customer_id
