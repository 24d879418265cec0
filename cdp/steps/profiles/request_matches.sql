-- Customers named by a request in force, and by what: same e-mail, phone, card, shop customer id or device.
-- grain: one row per request and identifier of a customer that it names
-- runs on: duckdb, spark
with
requests as (
    select
        request_id,
        email,
        loyalty_card,
        shop_customer_id,
        device_id
    from privacy_requests
    -- what is published serves the day that follows: a suppression that begins within it counts, and so does one
    -- whose last day, told without a time, it is
    where case
            when request_type = 'suppression' then requested_at < cast($as_of as timestamp) + interval '1' day
            else requested_at < cast($as_of as timestamp)
        end
        and (
            valid_until is null
            or valid_until >= cast($as_of as timestamp)
            or (valid_until = date_trunc('day', valid_until)
                and valid_until + interval '1' day > cast($as_of as timestamp))
        )
),
-- identifiers of a kind that no request names need no cleaning
asked as (
    select 'email' as identifier_type from requests where email is not null
    union
    select 'phone' as identifier_type
    from requests
    inner join request_phones on requests.request_id = request_phones.request_id
    union
    select 'loyalty_card' as identifier_type from requests where loyalty_card is not null
    union
    select 'shop_customer_id' as identifier_type from requests where shop_customer_id is not null
    union
    select 'device_id' as identifier_type from requests where device_id is not null
),
-- requests and identifiers go through the same cleaning below
both_sides as (
    select request_id, cast(null as varchar) as customer_id, 'email' as identifier_type, email as written
    from requests
    union all
    select
        requests.request_id,
        cast(null as varchar) as customer_id,
        'phone' as identifier_type,
        request_phones.phone_std as written
    from requests
    inner join request_phones on requests.request_id = request_phones.request_id
    union all
    select
        request_id,
        cast(null as varchar) as customer_id,
        'loyalty_card' as identifier_type,
        loyalty_card as written
    from requests
    union all
    select
        request_id,
        cast(null as varchar) as customer_id,
        'shop_customer_id' as identifier_type,
        shop_customer_id as written
    from requests
    union all
    select request_id, cast(null as varchar) as customer_id, 'device_id' as identifier_type, device_id as written
    from requests
    union all
    select
        cast(null as varchar) as request_id,
        identifiers.customer_id,
        identifiers.identifier_type,
        identifiers.identifier_value as written
    from identifiers
    inner join asked on identifiers.identifier_type = asked.identifier_type
),
plain as (
    select
        request_id,
        customer_id,
        identifier_type,
        written,
        case
            when identifier_type = 'email'
                then replace(
                    regexp_replace(lower(written), '[\s<>"'']|^.*mailto:|[.,;:]+$', '', 'g'),
                    '@googlemail.com',
                    '@gmail.com'
                )
            when identifier_type = 'phone' then written
            when identifier_type = 'device_id' then lower(trim(written))
            else regexp_replace(regexp_replace(lower(written), '[^0-9a-z]', '', 'g'), '^0+', '', 'g')
        end as plain_value
    from both_sides
),
keyed as (
    select
        request_id,
        customer_id,
        identifier_type,
        written,
        case
            when identifier_type = 'email' and plain_value like '%@gmail.com'
                then replace(split_part(split_part(plain_value, '@', 1), '+', 1), '.', '') || '@gmail.com'
            else plain_value
        end as match_key
    from plain
),
named as (
    select request_id, identifier_type, match_key
    from keyed
    where request_id is not null
        and match_key <> ''
),
known as (
    select customer_id, identifier_type, match_key, written
    from keyed
    where customer_id is not null
)
select distinct
    named.request_id,
    known.customer_id,
    known.identifier_type,
    known.written as identifier_value
from known
inner join named
    on known.identifier_type = named.identifier_type
    and known.match_key = named.match_key
