-- Contact and account identifiers of each identified customer, as the records that named them wrote them.
-- grain: one row per customer, identifier and record that named it; one row without a record when none is known
-- runs on: duckdb, spark
with
identified as (
    select customer_id
    from customers
    where not is_anonymous
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
                then regexp_replace(
                    lower(record_identifiers.identifier_value), '[\s<>"'']|^.*mailto:|[.,;:]+$', '', 'g'
                )
            else regexp_replace(record_identifiers.identifier_value, '[^A-Za-z0-9]', '', 'g')
        end as written
    from record_identifiers
    inner join identity_map on record_identifiers.record_id = identity_map.record_id
    where record_identifiers.identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id')
        and (
            record_identifiers.first_seen_at is null
            or record_identifiers.first_seen_at < cast($as_of as timestamp)
        )
),
-- one mailbox, whatever dots and tags; one number, whatever its prefix; one card, whatever its zeros
both_sides as not materialized (
    select
        identifiers.customer_id,
        identifiers.identifier_type,
        identifiers.identifier_value as written,
        identifiers.identifier_value,
        identifiers.last_seen_at as observed_at,
        cast(null as varchar) as record_id,
        cast(null as varchar) as feed
    from identifiers
    inner join identified on identifiers.customer_id = identified.customer_id
    where identifiers.identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id')
        and (identifiers.first_seen_at is null or identifiers.first_seen_at < cast($as_of as timestamp))
    union all
    select
        customer_id,
        identifier_type,
        written,
        cast(null as varchar) as identifier_value,
        observed_at,
        record_id,
        feed
    from named
),
mailboxes as not materialized (
    select
        customer_id,
        identifier_type,
        written,
        identifier_value,
        observed_at,
        record_id,
        feed,
        replace(written, '@googlemail.com', '@gmail.com') as mailbox
    from both_sides
),
keyed as not materialized (
    select
        customer_id,
        identifier_type,
        written,
        identifier_value,
        observed_at,
        record_id,
        feed,
        case
            when identifier_type = 'email' and mailbox like '%@gmail.com'
                then replace(split_part(split_part(mailbox, '@', 1), '+', 1), '.', '')
            when identifier_type = 'email' then mailbox
            when identifier_type = 'phone' then right(regexp_replace(written, '[^0-9]', '', 'g'), 8)
            else regexp_replace(lower(written), '^0+|[^0-9a-z]', '', 'g')
        end as match_key
    from mailboxes
),
known as (
    select customer_id, identifier_type, identifier_value, observed_at, match_key
    from keyed
    where identifier_value is not null
),
evidence as (
    select
        min(customer_id) as customer_id,
        identifier_type,
        match_key,
        record_id,
        min(feed) as feed,
        min(written) as written,
        max(observed_at) as observed_at
    from keyed
    where record_id is not null
    group by identifier_type, match_key, record_id
)
select
    known.customer_id,
    evidence.record_id,
    evidence.feed,
    coalesce(
        evidence.observed_at,
        case when known.observed_at < cast($as_of as timestamp) then known.observed_at end
    ) as observed_at,
    known.identifier_type,
    known.identifier_value as identifier_key,
    case
        when known.identifier_type = 'phone' then known.identifier_value
        else coalesce(evidence.written, known.identifier_value)
    end as identifier_value
from known
left join evidence
    on known.customer_id = evidence.customer_id
    and known.identifier_type = evidence.identifier_type
    and known.match_key = evidence.match_key
