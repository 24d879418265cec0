-- Brings identifiers to one form per type; values that say nothing are marked, not dropped.
-- grain: one row per record, identifier type and standardised value
-- runs on: duckdb, spark
with identifiers as (
    select * from record_identifiers
),

phones as (
    select * from phone_numbers
),

trimmed as (
    select
        identifiers.record_id,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.first_seen_at,
        identifiers.last_seen_at,
        identifiers.count_seen,
        phones.phone_std,
        phones.is_landline,
        regexp_replace(
            regexp_replace(lower(identifiers.identifier_value), '[\s<>"'']', '', 'g'),
            '^.*mailto:|[.,;:]+$', '', 'g'
        ) as email_plain,
        regexp_replace(lower(identifiers.identifier_value), '[^0-9a-z]', '', 'g') as code_plain
    from identifiers
    left join phones
        on identifiers.identifier_type = 'phone'
        and identifiers.identifier_value = phones.identifier_value
        and coalesce(identifiers.country, '') = phones.country
),

mailboxes as (
    select
        trimmed.*,
        replace(email_plain, '@googlemail.com', '@gmail.com') as email_std
    from trimmed
),

standardised as (
    select
        record_id,
        identifier_type,
        case
            when identifier_type = 'email' and $gmail_dots_optional and email_std like '%@gmail.com'
                then replace(split_part(split_part(email_std, '@', 1), '+', 1), '.', '') || '@gmail.com'
            when identifier_type = 'email' then email_std
            when identifier_type = 'phone' then coalesce(phone_std, code_plain)
            when identifier_type in ('loyalty_card', 'shop_customer_id') then case when ltrim(code_plain, '0') = '' then code_plain else ltrim(code_plain, '0') end
            when identifier_type = 'order_id' then upper(regexp_replace(trim(identifier_value), '[^ -~]', '', 'g'))
            else lower(trim(identifier_value))
        end as identifier_value,
        case
            when identifier_type = 'email' then email_std
        end as email_as_written,
        case
            when identifier_type = 'email' then regexp_matches(email_std, '^[^@]+@[^@]+[.][a-z]{2,}$')
            when identifier_type = 'phone' then phone_std is not null
            else true
        end as is_valid,
        coalesce(is_landline, false) as is_landline,
        first_seen_at,
        last_seen_at,
        count_seen
    from mailboxes
)

select
    record_id,
    identifier_type,
    identifier_value,
    min(email_as_written) as email_as_written,
    is_valid,
    is_landline,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    sum(count_seen) as count_seen
from standardised
where identifier_value is not null and identifier_value <> ''
group by record_id, identifier_type, identifier_value, is_valid, is_landline
