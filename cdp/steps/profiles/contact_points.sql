-- By which channels a customer can be reached at all: the chosen e-mail and phone, and devices that take messages,
-- unless the contact is unreachable or was refused by somebody who shares it.
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
refusers as (
    select
        customer_id,
        case when channel = 'email' then 'email' else 'phone' end as identifier_type
    from consent_states
    where status = 'out'
        and channel in ('email', 'sms')
    union
    select customer_id, 'email' as identifier_type
    from erasure_matches
    union
    select customer_id, 'phone' as identifier_type
    from erasure_matches
),
refused as (
    select distinct identifiers.identifier_type, identifiers.identifier_value
    from identifiers
    inner join refusers
        on identifiers.customer_id = refusers.customer_id
        and identifiers.identifier_type = refusers.identifier_type
)
select
    addresses.customer_id,
    max(case when addresses.identifier_type = 'email' then 1 else 0 end) = 1 as takes_email,
    max(case when addresses.identifier_type = 'phone' then 1 else 0 end) = 1 as takes_sms,
    max(case when addresses.identifier_type = 'device_id' then 1 else 0 end) = 1 as takes_push
from addresses
left join unreachable_contacts
    on addresses.identifier_type = unreachable_contacts.identifier_type
    and addresses.identifier_value = unreachable_contacts.identifier_value
left join refused
    on addresses.identifier_type = refused.identifier_type
    and addresses.identifier_value = refused.identifier_value
where unreachable_contacts.identifier_value is null
    and refused.identifier_value is null
group by addresses.customer_id
