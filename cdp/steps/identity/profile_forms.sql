-- The differing ways in which records of one component write the person down: what the model learns agreement from.
-- grain: one row per component, name, birth date, address and city
-- runs on: duckdb
with contents as (
    select * from record_contents
),

nicknames as (
    select * from nickname_lists
),

forms as (
    select
        component,
        first_std,
        last_std,
        birth_date,
        postcode_std,
        address_key,
        city_std,
        min(country) as country,
        min(record_id) as record_id
    from contents
    group by component, first_std, last_std, birth_date, postcode_std, address_key, city_std
)

select
    row_number() over (order by component, record_id) as form,
    component,
    first_std,
    last_std,
    cast(null as varchar) as suffix_std,
    concat(first_std, '|', last_std) as full_name_std,
    coalesce(nicknames.given_forms, [first_std]) as given_forms,
    birth_date,
    case when postcode_std is not null then [postcode_std] end as postcodes,
    case when address_key is not null then [address_key] end as address_keys,
    case
        when address_key is not null and length(first_std) > 1 then [concat(first_std, '|', last_std, '|', address_key)]
    end as home_keys,
    case when city_std is not null then [city_std] end as cities,
    country,
    cast(null as varchar[]) as phones,
    cast(null as varchar[]) as mobiles,
    cast(null as varchar[]) as landlines,
    cast(null as varchar[]) as mailboxes,
    cast(null as varchar[]) as mailboxes_numbered,
    cast(null as varchar[]) as mailboxes_own,
    cast(null as varchar[]) as mailbox_years,
    cast(null as varchar) as email
from forms
left join nicknames on forms.first_std = nicknames.name
