-- Whether an e-mail address says the given name of a person who is known to use it, or another person's.
-- grain: one row per holder of an e-mail address by a spelled-out given name; verdict 1 theirs, -1 another's, 0 silent
-- runs on: duckdb
with holders as (
    select * from identifier_holders
),

forms as (
    select * from name_forms
),

short_forms as (
    select * from nickname_lists
),

spelled as (
    select
        holders.identifier_type,
        holders.identifier_value,
        holders.name_key,
        forms.first_std,
        coalesce(short_forms.given_forms, [forms.first_std]) as given_forms,
        replace(coalesce(forms.family_std, ''), ' ', '') as family_letters,
        replace(replace(replace(
            regexp_replace(split_part(holders.identifier_value, '@', 1), '[^a-z]', '', 'g'), 'ae', 'a'), 'oe', 'o'), 'ue', 'u'
        ) as mailbox
    from holders
    inner join forms on holders.name_key = forms.name_key
    left join short_forms on forms.first_std = short_forms.name
    where holders.identifier_type = 'email' and length(forms.first_std) > 1
),

-- what the mailbox says beside the family name of the holder: nothing, an initial, a given name
parted as (
    select
        *,
        case
            when length(family_letters) >= 3 and mailbox like '%' || family_letters || '%'
                then replace(mailbox, family_letters, '')
            when mailbox in (select name from short_forms) then mailbox
            else ''
        end as given_said
    from spelled
)

select
    identifier_type,
    identifier_value,
    name_key,
    case
        when len(list_filter(
            given_forms,
            lambda form: substr(form, 1, 1) = substr(given_said, 1, 1) or (length(form) >= 3 and contains(mailbox, form))
        )) > 0 then 1
        when length(given_said) = 1 or length(given_said) >= 3 then -1
        else 0
    end as verdict
from parted
