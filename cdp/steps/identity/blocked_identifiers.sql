-- Names the identifier values that point to nobody: placeholders, and values shared by too many people.
-- grain: one row per blocked identifier type and value
-- runs on: duckdb, spark
with identifiers as (
    select * from standard_identifiers
),

names as (
    select * from record_names
),

limits as (
    select * from identifier_limits
),

listed as (
    select * from blocked_values
),

mailboxes as (
    select * from blocked_mailboxes
),

decided as (
    select
        identifier_type,
        identifier_value,
        min(decision_id) as decision_id
    from steward_decisions
    where kind = 'block'
    group by identifier_type, identifier_value
),

counted as (
    select
        identifiers.identifier_type,
        identifiers.identifier_value,
        count(distinct identifiers.record_id) as count_records,
        count(distinct substr(names.first_std, 1, 1)) as count_initials,
        count(distinct names.last_std) as count_surnames,
        count(distinct names.name_key) as count_names,
        max(identifiers.is_valid) as is_valid
    from identifiers
    left join names on identifiers.record_id = names.record_id
    group by identifiers.identifier_type, identifiers.identifier_value
),

judged as (
    select
        counted.*,
        case
            when decided.identifier_value is not null then concat('decision ', cast(decided.decision_id as varchar))
            when listed.identifier_value is not null then 'listed in the settings'
            when counted.identifier_type in ('phone', 'loyalty_card', 'shop_customer_id')
                and regexp_matches(counted.identifier_value, '^[+]?[0-9]{0,3}(0{6,}|1{6,}|2{6,}|3{6,}|4{6,}|5{6,}|6{6,}|7{6,}|8{6,}|9{6,})$') then 'one digit repeated'
            when counted.identifier_type in ('phone', 'loyalty_card', 'shop_customer_id')
                and regexp_matches(counted.identifier_value, '^[+]?[0-9]{0,3}(0?12345678|98765432)[0-9]{0,2}$') then 'digits in a row'
            when mailboxes.mailbox is not null then 'mailbox name listed in the settings'
            when counted.identifier_type = 'email'
                and split_part(counted.identifier_value, '@', 1) = split_part(split_part(counted.identifier_value, '@', 2), '.', 1)
                and counted.count_names <> 1 then 'placeholder address'
            when not counted.is_valid and counted.count_records >= 5 then 'not a valid value, on several records'
            when counted.count_records > limits.max_records then 'more records than one person makes'
            when counted.count_initials > limits.max_initials and counted.count_surnames > limits.max_surnames
                then 'names of too many different people'
        end as reason
    from counted
    inner join limits on counted.identifier_type = limits.identifier_type
    left join listed
        on counted.identifier_type = listed.identifier_type
        and (counted.identifier_value = listed.identifier_value
            or (listed.identifier_type = 'phone' and length(listed.identifier_value) >= 7
                and counted.identifier_value like concat('%', ltrim(listed.identifier_value, '+0'))))
    left join decided
        on counted.identifier_type = decided.identifier_type and counted.identifier_value = decided.identifier_value
    left join mailboxes
        on counted.identifier_type = 'email' and split_part(counted.identifier_value, '@', 1) = mailboxes.mailbox
)

select distinct
    identifier_type,
    identifier_value,
    reason,
    count_records,
    concat('{"records": ', cast(count_records as varchar), ', "names": ', cast(count_names as varchar),
        ', "initials": ', cast(count_initials as varchar), ', "surnames": ', cast(count_surnames as varchar), '}') as evidence
from judged
where reason is not null
