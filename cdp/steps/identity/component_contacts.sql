-- Contact values of a component: phones (landlines apart, they are a household's), and mailbox names as letters and digits (mistyped addresses too).
-- grain: one row per component
-- runs on: duckdb
with identifiers as (
    select * from standard_identifiers
),

numbers as (
    select * from record_numbers
),

components as (
    select * from record_components
),

blocked as (
    select * from blocked_identifiers
),

usable as (
    select * from usable_identifiers
),

contacts as (
    select
        components.component,
        case
            when identifiers.identifier_type = 'phone' and not identifiers.is_landline then identifiers.identifier_value
        end as phone,
        case
            when identifiers.identifier_type = 'phone' and identifiers.is_landline then identifiers.identifier_value
        end as landline,
        -- North American numbers do not tell a mobile from a landline
        identifiers.identifier_value not like '+1%' as is_mobile,
        case
            when identifiers.identifier_type = 'email'
                then regexp_replace(split_part(identifiers.email_as_written, '@', 1), '[^0-9a-z]', '', 'g')
        end as mailbox,
        case when identifiers.identifier_type = 'email' then identifiers.email_as_written end as email
    from identifiers
    inner join numbers on identifiers.record_id = numbers.record_id
    inner join components on numbers.node = components.node
    left join blocked
        on identifiers.identifier_type = blocked.identifier_type
        and identifiers.identifier_value = blocked.identifier_value
    -- of a device that several people use, what the others left on it is not this person's
    left join usable
        on identifiers.record_id = usable.record_id
        and identifiers.identifier_type = usable.identifier_type
        and identifiers.identifier_value = usable.identifier_value
    where identifiers.identifier_type in ('email', 'phone')
        and blocked.identifier_value is null
        and (usable.record_id is not null or not identifiers.is_valid)
)

select
    component,
    list_sort(list(distinct phone) filter (where phone is not null)) as phones,
    list_sort(list(distinct phone) filter (where phone is not null and is_mobile)) as mobiles,
    list_sort(list(distinct landline) filter (where landline is not null)) as landlines,
    list_sort(list(distinct mailbox) filter (where mailbox <> '')) as mailboxes,
    list_sort(list(distinct mailbox) filter (where regexp_matches(mailbox, '[0-9]'))) as mailboxes_numbered,
    min(email) as email
from contacts
group by component
