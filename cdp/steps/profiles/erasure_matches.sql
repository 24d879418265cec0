-- Customers named by an erasure request: same e-mail, phone, card or shop customer id.
-- grain: one row per customer who asked to be erased
-- runs on: duckdb, spark
with
requests as (
    select
        request_id,
        requested_at,
        email,
        phone,
        loyalty_card,
        shop_customer_id
    from privacy_requests
    where request_type = 'erasure'
        and requested_at < cast($as_of as timestamp)
),
named as (
    select request_id, requested_at, 'email' as identifier_type, lower(trim(email)) as match_key
    from requests
    union all
    select
        request_id,
        requested_at,
        'phone' as identifier_type,
        regexp_replace(regexp_replace(phone, '[^0-9]', '', 'g'), '^00', '', 'g') as match_key
    from requests
    union all
    select
        request_id,
        requested_at,
        'loyalty_card' as identifier_type,
        lower(regexp_replace(loyalty_card, '[^A-Za-z0-9]', '', 'g')) as match_key
    from requests
    union all
    select
        request_id,
        requested_at,
        'shop_customer_id' as identifier_type,
        lower(regexp_replace(shop_customer_id, '[^A-Za-z0-9]', '', 'g')) as match_key
    from requests
),
known as (
    select
        customer_id,
        identifier_type,
        case
            when identifier_type = 'email' then lower(identifier_value)
            when identifier_type = 'phone' then regexp_replace(identifier_value, '[^0-9]', '', 'g')
            else lower(regexp_replace(identifier_value, '[^A-Za-z0-9]', '', 'g'))
        end as match_key
    from identifiers
    where identifier_type in ('email', 'phone', 'loyalty_card', 'shop_customer_id')
)
select
    known.customer_id,
    min(named.requested_at) as erasure_requested_at,
    min(named.request_id) as request_id
from known
inner join named
    on known.identifier_type = named.identifier_type
    and known.match_key = named.match_key
where named.match_key <> ''
group by known.customer_id
