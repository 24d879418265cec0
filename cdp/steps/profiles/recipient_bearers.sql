-- Everybody who is known by the address of a message, with one of the records that bear it. The first of several is the
-- one with most records of it, identified customers first.
-- grain: one row per recipient type and value and customer who is known by it
-- runs on: duckdb, spark
with
named as (
    select distinct recipient_type, recipient_value
    from message_events
),
plain as (
    select
        recipient_type,
        recipient_value,
        case
            when recipient_type = 'email'
                then replace(lower(trim(recipient_value)), '@googlemail.com', '@gmail.com')
            when recipient_type in ('shop_customer_id', 'loyalty_card')
                then regexp_replace(regexp_replace(lower(recipient_value), '[^0-9a-z]', '', 'g'), '^0+', '', 'g')
            else lower(trim(recipient_value))
        end as plain_value
    from named
),
-- a mailbox of Google takes dots and tags; identity may or may not have joined its spellings
spelled as (
    select recipient_type, recipient_value, plain_value as identifier_value, 1 as preference
    from plain
    union all
    select
        recipient_type,
        recipient_value,
        replace(split_part(split_part(plain_value, '@', 1), '+', 1), '.', '') || '@gmail.com' as identifier_value,
        0 as preference
    from plain
    where recipient_type = 'email'
        and plain_value like '%@gmail.com'
),
borne as (
    select
        spelled.recipient_type,
        spelled.recipient_value,
        spelled.preference,
        min(spelled.identifier_value) as identifier_value,
        identity_map.customer_id,
        count(*) as count_records,
        min(identity_map.record_id) as record_id,
        max(case when usable_identifiers.is_landline then 1 else 0 end) as is_landline
    from spelled
    inner join usable_identifiers
        on spelled.recipient_type = usable_identifiers.identifier_type
        and spelled.identifier_value = usable_identifiers.identifier_value
    inner join identity_map on usable_identifiers.record_id = identity_map.record_id
    group by spelled.recipient_type, spelled.recipient_value, spelled.preference, identity_map.customer_id
),
-- of two spellings of one mailbox the joined one
joined as (
    select recipient_type, recipient_value, customer_id
    from borne
    where preference = 0
),
spelled_once as (
    select borne.*
    from borne
    left join joined
        on borne.recipient_type = joined.recipient_type
        and borne.recipient_value = joined.recipient_value
        and borne.customer_id = joined.customer_id
    where borne.preference = 0
        or joined.customer_id is null
)
select
    spelled_once.recipient_type,
    spelled_once.recipient_value,
    spelled_once.identifier_value,
    spelled_once.customer_id,
    spelled_once.record_id,
    customers.is_anonymous,
    row_number() over (
        partition by spelled_once.recipient_type, spelled_once.recipient_value
        order by
            spelled_once.preference asc,
            case when customers.is_anonymous then 1 else 0 end asc,
            spelled_once.count_records desc,
            spelled_once.customer_id asc
    ) as place
from spelled_once
inner join customers on spelled_once.customer_id = customers.customer_id
