-- E-mail addresses that do not say whom a record without a name speaks of: several people use them, or their own name
-- is another person's than that of everybody who is known to use them.
-- grain: one row per contested identifier type and value
-- runs on: duckdb
with holders as (
    select * from identifier_holders
),

pairs as (
    select * from holder_pairs
),

relations as (
    select * from name_relations
),

forms as (
    select * from name_forms
),

short_forms as (
    select * from nickname_lists
),

used_by_several as (
    select distinct
        pairs.identifier_type,
        pairs.identifier_value
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    where pairs.identifier_type = 'email' and relations.is_given_conflict
),

spelled as (
    select
        holders.identifier_type,
        holders.identifier_value,
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
),

judged as (
    select
        identifier_type,
        identifier_value,
        case
            when len(list_filter(
                given_forms,
                lambda form: substr(form, 1, 1) = substr(given_said, 1, 1) or (length(form) >= 3 and contains(mailbox, form))
            )) > 0 then 1
            when length(given_said) = 1 or length(given_said) >= 3 then -1
            else 0
        end as verdict
    from parted
)

select
    identifier_type,
    identifier_value,
    'several people use it' as reason
from used_by_several
union all
select
    judged.identifier_type,
    judged.identifier_value,
    'its name is another person''s' as reason
from judged
anti join used_by_several
    on judged.identifier_type = used_by_several.identifier_type
    and judged.identifier_value = used_by_several.identifier_value
group by judged.identifier_type, judged.identifier_value
having min(judged.verdict) = -1 and max(judged.verdict) < 1
