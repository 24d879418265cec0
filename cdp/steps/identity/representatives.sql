-- One representative per component of exact identifiers: its usual name, all its places and contacts.
-- grain: one row per component that bears a name
-- runs on: duckdb
with contents as (
    select * from record_contents
),

contacts as (
    select * from component_contacts
),

name_counts as (
    select
        component,
        name_key,
        min(first_std) as first_std,
        min(last_std) as last_std,
        row_number() over (
            partition by component order by max(is_full_name) desc, count(*) desc, name_key
        ) as name_rank
    from contents
    group by component, name_key
),

birth_dates as (
    select
        component,
        birth_date,
        row_number() over (partition by component order by count(*) desc, birth_date) as date_rank
    from contents
    where birth_date is not null
    group by component, birth_date
),

nicknames as (
    select * from nickname_lists
),

gathered as (
    select
        component,
        list_sort(list(distinct postcode_std) filter (where postcode_std is not null)) as postcodes,
        list_sort(list(distinct address_key) filter (where address_key is not null)) as address_keys,
        list_sort(list(distinct city_std) filter (where city_std is not null)) as cities,
        min(country) as country,
        min(suffix_std) as suffix_std
    from contents
    group by component
)

select
    gathered.component,
    name_counts.first_std,
    name_counts.last_std,
    gathered.suffix_std,
    concat(name_counts.first_std, '|', name_counts.last_std) as full_name_std,
    coalesce(nicknames.given_forms, [name_counts.first_std]) as given_forms,
    birth_dates.birth_date,
    gathered.postcodes,
    gathered.address_keys,
    case
        when length(name_counts.first_std) > 1 then list_transform(
            gathered.address_keys, lambda place: concat(name_counts.first_std, '|', name_counts.last_std, '|', place)
        )
    end as home_keys,
    gathered.cities,
    gathered.country,
    contacts.phones,
    contacts.mobiles,
    contacts.landlines,
    contacts.mailboxes,
    contacts.mailboxes_numbered,
    list_filter(
        contacts.mailboxes,
        lambda mailbox: not contains(replace(replace(replace(mailbox, 'ae', 'a'), 'oe', 'o'), 'ue', 'u'), name_counts.last_std)
            and not contains(mailbox, name_counts.first_std)
    ) as mailboxes_own,
    nullif(list_distinct(list_transform(
        contacts.mailboxes_numbered, lambda mailbox: regexp_extract(mailbox, '(?:19|20)?([0-9]{2})$', 1)
    )), ['']) as mailbox_years,
    contacts.email
from gathered
inner join name_counts on gathered.component = name_counts.component and name_counts.name_rank = 1
left join birth_dates on gathered.component = birth_dates.component and birth_dates.date_rank = 1
left join contacts on gathered.component = contacts.component
left join nicknames on name_counts.first_std = nicknames.name
