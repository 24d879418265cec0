-- Says how two names that meet in one group relate: the same, a short form, a typing slip, or another person's.
-- grain: one row per pair of names wanted
-- runs on: duckdb
with pairs as (
    select * from name_pairs_wanted
),

forms as (
    select * from name_forms
),

nicknames as (
    select * from nickname_pairs
),

short_forms as (
    select * from nickname_lists
),

straight as (
    select
        pairs.name_key_l,
        pairs.name_key_r,
        0 as turned,
        l.first_std as first_l,
        r.first_std as first_r,
        l.last_std as last_l,
        r.last_std as last_r,
        coalesce(l.family_std, '') as family_l,
        coalesce(r.family_std, '') as family_r,
        coalesce(l.suffix_std <> r.suffix_std, false) as is_suffix_conflict
    from pairs
    inner join forms as l on pairs.name_key_l = l.name_key
    inner join forms as r on pairs.name_key_r = r.name_key
),

-- people and tills swap given and family name
oriented as (
    select * from straight
    union all
    select
        name_key_l,
        name_key_r,
        1 as turned,
        first_l,
        last_r as first_r,
        last_l,
        first_r as last_r,
        family_l,
        coalesce(first_r, '') as family_r,
        is_suffix_conflict
    from straight
    where last_l is not null or last_r is not null
    union all
    -- "Smith Anna Lena" beside "Anna Smith"
    select
        name_key_l,
        name_key_r,
        2 as turned,
        case when family_l like '% %' then split_part(family_l, ' ', 1) else first_l end as first_l,
        case when family_l like '% %' then first_r else split_part(family_r, ' ', 1) end as first_r,
        case when family_l like '% %' then first_l else last_l end as last_l,
        case when family_l like '% %' then last_r else first_r end as last_r,
        case when family_l like '% %' then coalesce(first_l, '') else family_l end as family_l,
        case when family_l like '% %' then family_r else coalesce(first_r, '') end as family_r,
        is_suffix_conflict
    from straight
    where (family_l like '% %') <> (family_r like '% %')
),

compared as (
    select
        oriented.*,
        case
            when first_l is null or first_r is null then 'unknown'
            when first_l = first_r then 'same'
            when regexp_matches(first_l, '^[a-z]+$') <> regexp_matches(first_r, '^[a-z]+$') then 'unknown'
            when least(length(first_l), length(first_r)) = 1 and substr(first_l, 1, 1) = substr(first_r, 1, 1) then 'initial'
            when nicknames.name_l is not null then 'nickname'
            when least(length(first_l), length(first_r)) >= 3
                and (first_l like first_r || '%' or first_r like first_l || '%') then 'nickname'
            when least(length(first_l), length(first_r)) >= 3 and damerau_levenshtein(first_l, first_r) <= 1 then 'similar'
            when length(first_r) >= 3 and len(list_filter(
                forms_l.given_forms, lambda form: length(form) >= 5 and damerau_levenshtein(form, first_r) <= 1
            )) > 0 then 'similar'
            when length(first_l) >= 3 and len(list_filter(
                forms_r.given_forms, lambda form: length(form) >= 5 and damerau_levenshtein(form, first_l) <= 1
            )) > 0 then 'similar'
            when least(length(first_l), length(first_r)) >= 5 and substr(first_l, 1, 1) = substr(first_r, 1, 1)
                and (levenshtein(first_l, first_r) <= 2 or jaro_winkler_similarity(first_l, first_r) >= 0.92) then 'similar'
            else 'differs'
        end as given_relation,
        case
            when last_l is null or last_r is null then 'unknown'
            when family_l = family_r then 'same'
            when regexp_matches(last_l, '^[a-z]+$') <> regexp_matches(last_r, '^[a-z]+$') then 'unknown'
            when ' ' || family_l || ' ' like '% ' || last_r || ' %' or ' ' || family_r || ' ' like '% ' || last_l || ' %' then 'same'
            when split_part(family_l, ' ', 1) = split_part(family_r, ' ', 1) and length(split_part(family_l, ' ', 1)) > 2 then 'same'
            when least(length(last_l), length(last_r)) = 1 and substr(last_l, 1, 1) = substr(last_r, 1, 1) then 'initial'
            when least(length(last_l), length(last_r)) >= 3 and damerau_levenshtein(last_l, last_r) <= 1 then 'similar'
            when least(length(last_l), length(last_r)) >= 5
                and (levenshtein(last_l, last_r) <= 2 or jaro_winkler_similarity(last_l, last_r) >= 0.92) then 'similar'
            else 'differs'
        end as family_relation
    from oriented
    left join nicknames on oriented.first_l = nicknames.name_l and oriented.first_r = nicknames.name_r
    left join short_forms as forms_l on oriented.first_l = forms_l.name
    left join short_forms as forms_r on oriented.first_r = forms_r.name
),

-- turned round only where that makes both halves fit and the straight reading does not
judged as (
    select
        compared.*,
        row_number() over (
            partition by name_key_l, name_key_r
            order by
                case
                    when turned = 0 and given_relation <> 'differs' then 0
                    when turned > 0 and given_relation <> 'differs' and family_relation <> 'differs'
                        and (given_relation <> 'unknown' or family_relation <> 'unknown') then 1
                    when turned = 0 then 2
                    else 3
                end,
                turned
        ) as preference
    from compared
)

select
    name_key_l,
    name_key_r,
    given_relation,
    family_relation,
    given_relation = 'differs' as is_given_conflict,
    -- names change at weddings; that a stranger with the same given name gets one's number is rarer
    family_relation = 'differs' and (given_relation <> 'same' or name_key_l like '_|%') as is_family_conflict,
    is_suffix_conflict
from judged
where preference = 1
