-- How surely receipts, returns, handles, tickets and calls belong to their customer: strong by an e-mail, phone, card
-- or account of their own, or through an order shared with such a record; weak when a name or a mistyped address alone
-- ties them. Online orders name their buyer.
-- grain: one row per such identity record of an identified customer
-- runs on: duckdb, spark
with
traders as (
    select record_id, max(case when channel in ('web', 'app') then 1 else 0 end) as is_online
    from orders
    group by record_id
    union
    select record_id, 0 as is_online
    from returns
    union
    select record_id, 0 as is_online
    from identity_records
    where record_kind in ('receipt', 'handle', 'ticket', 'call')
),
trading as (
    select
        traders.record_id,
        identity_map.customer_id,
        max(traders.is_online) as is_online
    from traders
    inner join identity_map on traders.record_id = identity_map.record_id
    inner join customers on identity_map.customer_id = customers.customer_id
    where not customers.is_anonymous
    group by traders.record_id, identity_map.customer_id
),
lone as (
    select customer_id
    from identity_map
    group by customer_id
    having count(*) = 1
),
-- the address of somebody of whom nothing else is known, and those that several records bear
addresses as (
    select
        identifiers.customer_id,
        identifiers.identifier_value,
        identifiers.count_records,
        lone.customer_id is not null as is_lone,
        split_part(identifiers.identifier_value, '@', 1) as mailbox,
        split_part(identifiers.identifier_value, '@', 2) as provider,
        regexp_replace(identifiers.identifier_value, '[^0-9]+', '', 'g') as digits
    from identifiers
    left join lone on identifiers.customer_id = lone.customer_id
    where identifiers.identifier_type = 'email'
        and (lone.customer_id is not null or identifiers.count_records > 1)
),
-- a slip leaves the provider and one end of the mailbox as they are, or else the mailbox
ends as (
    select *, concat(substr(mailbox, 1, 3), '…@', provider) as kept
    from addresses
    union all
    select *, concat(substr(mailbox, 1, 1), '…', substr(mailbox, length(mailbox) - 2), '@', provider) as kept
    from addresses
    union all
    select *, mailbox as kept
    from addresses
),
resembling as (
    select distinct
        once.customer_id,
        once.identifier_value
    from ends as once
    inner join ends as often
        on once.kept = often.kept
        and once.digits = often.digits
        and levenshtein(once.identifier_value, often.identifier_value) <= 2
    where once.is_lone
        and length(once.mailbox) >= 6
        and often.count_records > 1
        and once.identifier_value <> often.identifier_value
),
-- an address that one record alone bears, two letters away from one that several bear, is taken as mistyped
mistyped as (
    select distinct
        once.customer_id,
        once.identifier_value
    from identifiers as once
    inner join identifiers as often
        on once.customer_id = often.customer_id
        and once.identifier_value <> often.identifier_value
    where once.identifier_type = 'email'
        and often.identifier_type = 'email'
        and once.count_records = 1
        and often.count_records > 1
        and levenshtein(once.identifier_value, often.identifier_value) <= 2
    union
    select
        customer_id,
        identifier_value
    from resembling
),
bearing as (
    select distinct trading.record_id
    from trading
    inner join usable_identifiers on trading.record_id = usable_identifiers.record_id
    left join mistyped
        on trading.customer_id = mistyped.customer_id
        and usable_identifiers.identifier_type = 'email'
        and usable_identifiers.identifier_value = mistyped.identifier_value
    where usable_identifiers.identifier_type not in ('order_id', 'anonymous_id', 'device_id', 'social_handle')
        and not usable_identifiers.is_landline
        and mistyped.customer_id is null
),
graded as (
    select
        trading.record_id,
        trading.customer_id,
        trading.is_online = 1 or bearing.record_id is not null as is_strong
    from trading
    left join bearing on trading.record_id = bearing.record_id
),
order_keys as (
    select
        graded.customer_id,
        graded.record_id,
        usable_identifiers.identifier_value,
        graded.is_strong
    from graded
    inner join usable_identifiers on graded.record_id = usable_identifiers.record_id
    where usable_identifiers.identifier_type = 'order_id'
),
vouched as (
    select distinct weak.record_id
    from order_keys as weak
    inner join order_keys as strong
        on weak.customer_id = strong.customer_id
        and weak.identifier_value = strong.identifier_value
    where not weak.is_strong
        and strong.is_strong
)
select
    graded.record_id,
    graded.customer_id,
    case when graded.is_strong or vouched.record_id is not null then 'strong' else 'weak' end as evidence
from graded
left join vouched on graded.record_id = vouched.record_id
