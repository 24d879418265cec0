-- Contact and account identifiers of each identified customer, with the records that named them.
-- grain: one row per customer, identifier and record that named it; one row without a record when none is known
-- runs on: duckdb, spark
with
identified as (
    select customer_id
    from customers
    where not is_anonymous
),
known as (
    select
        identifiers.customer_id,
        identifiers.identifier_type,
        identifiers.identifier_value,
        identifiers.last_seen_at,
        case
            when identifiers.identifier_type = 'email' then lower(identifiers.identifier_value)
            when identifiers.identifier_type = 'phone'
                then right(regexp_replace(identifiers.identifier_value, '[^0-9]', '', 'g'), 8)
            else lower(regexp_replace(identifiers.identifier_value, '[^A-Za-z0-9]', '', 'g'))
        end as match_key
    from identifiers
    inner join identified on identifiers.customer_id = identified.customer_id
    where identifiers.identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id')
        and (identifiers.first_seen_at is null or identifiers.first_seen_at < cast($as_of as timestamp))
),
named as (
    select
        identity_map.customer_id,
        record_identifiers.identifier_type,
        record_identifiers.record_id,
        record_identifiers.feed,
        case
            when record_identifiers.last_seen_at < cast($as_of as timestamp)
                then record_identifiers.last_seen_at
            else record_identifiers.first_seen_at
        end as observed_at,
        case
            when record_identifiers.identifier_type = 'email'
                then lower(trim(record_identifiers.identifier_value))
            when record_identifiers.identifier_type = 'phone'
                then right(regexp_replace(record_identifiers.identifier_value, '[^0-9]', '', 'g'), 8)
            else lower(regexp_replace(record_identifiers.identifier_value, '[^A-Za-z0-9]', '', 'g'))
        end as match_key
    from record_identifiers
    inner join identity_map on record_identifiers.record_id = identity_map.record_id
    where record_identifiers.identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id')
        and (
            record_identifiers.first_seen_at is null
            or record_identifiers.first_seen_at < cast($as_of as timestamp)
        )
),
evidence as (
    select
        customer_id,
        identifier_type,
        match_key,
        record_id,
        feed,
        max(observed_at) as observed_at
    from named
    group by customer_id, identifier_type, match_key, record_id, feed
)
select
    known.customer_id,
    evidence.record_id,
    evidence.feed,
    coalesce(
        evidence.observed_at,
        case when known.last_seen_at < cast($as_of as timestamp) then known.last_seen_at end
    ) as observed_at,
    known.identifier_type,
    known.identifier_value
from known
left join evidence
    on known.customer_id = evidence.customer_id
    and known.identifier_type = evidence.identifier_type
    and known.match_key = evidence.match_key
