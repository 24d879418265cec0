-- Identifiers that may link: valid, not blocked, and of a device only its main login where several people use it.
-- grain: one row per record, identifier type and standardised value
-- runs on: duckdb, spark
with identifiers as (
    select * from standard_identifiers
),

records as (
    select * from identity_records
),

blocked as (
    select * from blocked_identifiers
),

valid as (
    select
        identifiers.*,
        records.record_kind
    from identifiers
    inner join records on identifiers.record_id = records.record_id
    left join blocked
        on identifiers.identifier_type = blocked.identifier_type
        and identifiers.identifier_value = blocked.identifier_value
    where identifiers.is_valid and blocked.identifier_value is null
),

logins as (
    select
        record_id,
        identifier_value,
        row_number() over (
            partition by record_id order by count_seen desc, first_seen_at, identifier_value
        ) as login_rank,
        count(*) over (partition by record_id) as count_logins
    from valid
    where record_kind = 'device' and identifier_type = 'shop_customer_id'
),

shared as (
    select
        record_id,
        identifier_value as main_login
    from logins
    where count_logins > 1 and login_rank = 1
)

select
    valid.record_id,
    valid.identifier_type,
    valid.identifier_value,
    valid.is_landline,
    valid.first_seen_at,
    valid.last_seen_at,
    valid.count_seen
from valid
left join shared on valid.record_id = shared.record_id
where shared.record_id is null
    or valid.identifier_type in ('anonymous_id', 'device_id')
    or (valid.identifier_type = 'shop_customer_id' and valid.identifier_value = shared.main_login)
