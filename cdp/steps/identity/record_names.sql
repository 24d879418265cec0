-- Brings every record's name to one comparable form: no title, no accents, given and family name apart.
-- grain: one row per record that bears a name
-- runs on: duckdb, spark
with records as (
    select * from identity_records
),

identifiers as (
    select * from record_identifiers
),

placeholders as (
    select * from placeholder_names
),

-- who logs in lends a device the account's name; who buys with it is told by the orders
told_by_orders as (
    select record_id
    from identifiers
    group by record_id
    having max(case when identifier_type = 'order_id' then 1 else 0 end) = 1
        and max(case when identifier_type = 'shop_customer_id' then 1 else 0 end) = 1
),

split as (
    select
        records.record_id,
        coalesce(first_name, last_name) is not null as is_parted,
        concat_ws(' ', first_name, middle_name) as given_raw,
        coalesce(last_name, '') as family_raw,
        coalesce(full_name, '') as whole_raw,
        coalesce(suffix, '') as suffix_raw
    from records
    left join told_by_orders on records.record_id = told_by_orders.record_id
    where coalesce(first_name, last_name, full_name) is not null
        and (told_by_orders.record_id is null or records.record_kind <> 'device')
),

-- one text "/given/family/whole/suffix", so that each cleaning rule is written once
joined as (
    select
        record_id,
        case
            when is_parted then concat('/', replace(given_raw, '/', ' '), '/', replace(family_raw, '/', ' '), '//')
            when whole_raw like '%,%' then concat(
                '/', replace(split_part(whole_raw, ',', 2), '/', ' '),
                '/', replace(split_part(whole_raw, ',', 1), '/', ' '), '//')
            else concat('///', replace(whole_raw, '/', ' '), '/')
        end || suffix_raw as parts
    from split
),

plain as (
    select
        record_id,
        translate(
            replace(replace(lower(parts), 'ß', 'ss'), 'æ', 'ae'),
            'àáâãäåāăąçćčďđèéêëēęěğìíîïīıłľñńňòóôõöøőřśşšșťţțùúûüūůűýÿźżž',
            'aaaaaaaaacccddeeeeeeegiiiiiillnnnooooooorsssstttuuuuuuuyyzzz'
        ) as parts
    from joined
),

spelled as (
    select
        record_id,
        regexp_replace(
            regexp_replace(regexp_replace(parts, '[''’`´?\x{FFFD}]', '', 'g'), '[^\p{L}/]+', ' ', 'g'),
            ' */ *', '/', 'g'
        ) as parts
    from plain
),

untitled as (
    select
        record_id,
        regexp_replace(
            trim(parts), '/((mr|mrs|ms|miss|mx|dr|prof|sir|dame|rev|herr|frau|fraulein|hr|fr|mme|mlle) )+', '/', 'g'
        ) as parts
    from spelled
),

suffixed as (
    select
        record_id,
        regexp_replace(
            regexp_replace(parts, ' (jr|jnr|sr|snr|ii|iii|iv) ', ' ', 'g'),
            ' (jr|jnr|junior|sr|snr|senior|ii|iii|iv)/', '/', 'g'
        ) as parts,
        case
            when regexp_matches(parts, ' (jr|jnr|ii)[ /]| junior/|/(jr|jnr|junior|ii)$') then 'jr'
            when regexp_matches(parts, ' (sr|snr)[ /]| senior/|/(sr|snr|senior)$') then 'sr'
            when regexp_matches(parts, ' iii[ /]|/iii$') then 'iii'
            when regexp_matches(parts, ' iv[ /]|/iv$') then 'iv'
            else ''
        end as suffix_std
    from untitled
),

parted as (
    select
        record_id,
        suffix_std,
        trim(split_part(parts, '/', 2)) as given_words,
        trim(split_part(parts, '/', 3)) as family_words,
        trim(split_part(parts, '/', 4)) as whole_words
    from suffixed
),

halves as (
    select
        record_id,
        suffix_std,
        trim(concat(given_words, ' ', family_words, whole_words)) as all_words,
        case when whole_words <> '' then split_part(whole_words, ' ', 1) else given_words end as given_words,
        case
            when whole_words <> '' then trim(substr(whole_words, length(split_part(whole_words, ' ', 1)) + 1))
            else family_words
        end as family_words
    from parted
),

transliterated as (
    select
        record_id,
        suffix_std,
        all_words,
        replace(replace(replace(given_words, 'ae', 'a'), 'oe', 'o'), 'ue', 'u') as given_std,
        replace(replace(replace(family_words, 'ae', 'a'), 'oe', 'o'), 'ue', 'u') as family_std
    from halves
),

named as (
    select
        transliterated.record_id,
        split_part(given_std, ' ', 1) as first_std,
        regexp_extract(family_std, '([^ ]+)$', 1) as last_std,
        family_std,
        suffix_std
    from transliterated
    left join placeholders on transliterated.all_words = placeholders.name_words
    where placeholders.name_words is null
)

select
    record_id,
    nullif(first_std, '') as first_std,
    nullif(last_std, '') as last_std,
    nullif(family_std, '') as family_std,
    nullif(suffix_std, '') as suffix_std,
    concat(first_std, '|', family_std, '|', suffix_std) as name_key
from named
where first_std <> '' or last_std <> ''
