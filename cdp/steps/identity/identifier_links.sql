-- Links records through identifiers: within a holder as a star, between holders when their names allow it.
-- grain: one row per pair of records and identifier that joins or could have joined them
-- runs on: duckdb, spark
with identifiers as (
    select * from usable_identifiers
),

names as (
    select * from record_names
),

holders as (
    select * from identifier_holders
),

pairs as (
    select * from holder_pairs
),

relations as (
    select * from name_relations
),

limits as (
    select * from identifier_limits
),

contested as (
    select * from contested_identifiers
),

verdicts as (
    select * from mailbox_verdicts
),

records as (
    select * from identity_records
),

conflicts as (
    select name_key_l as name_key, name_key_r as other_key
    from relations
    where is_given_conflict
    union all
    select name_key_r as name_key, name_key_l as other_key
    from relations
    where is_given_conflict
),

carried as (
    select
        identifiers.record_id,
        identifiers.identifier_type,
        identifiers.identifier_value,
        coalesce(names.name_key, '') as name_key,
        identifiers.first_seen_at
    from identifiers
    left join names on identifiers.record_id = names.record_id
),

within_holder as (
    select
        holders.hub_record_id as record_id_l,
        carried.record_id as record_id_r,
        carried.identifier_type,
        carried.identifier_value,
        'same' as relation,
        cast(null as varchar) as cut_reason
    from carried
    inner join holders
        on carried.identifier_type = holders.identifier_type
        and carried.identifier_value = holders.identifier_value
        and carried.name_key = holders.name_key
    where carried.record_id <> holders.hub_record_id
        and not (holders.is_landline and carried.name_key <> '')
        and (carried.name_key <> '' or not exists (
            select 1
            from holders as named
            where named.identifier_type = carried.identifier_type
                and named.identifier_value = carried.identifier_value
                and named.name_key <> ''
        ))
),

-- how far in days from each nameless record on a contested value its holders' records lie
nearness as (
    select
        nameless.record_id,
        nameless.identifier_type,
        nameless.identifier_value,
        named.name_key,
        min(abs(date_diff('day', cast(named.first_seen_at as date), cast(nameless.first_seen_at as date)))) as days
    from carried as nameless
    inner join contested
        on nameless.identifier_type = contested.identifier_type
        and nameless.identifier_value = contested.identifier_value
    inner join carried as named
        on nameless.identifier_type = named.identifier_type
        and nameless.identifier_value = named.identifier_value
        and named.name_key <> ''
    where nameless.name_key = '' and named.first_seen_at is not null and nameless.first_seen_at is not null
    group by nameless.record_id, nameless.identifier_type, nameless.identifier_value, named.name_key
),

nearest as (
    select
        *,
        row_number() over (
            partition by record_id, identifier_type, identifier_value order by days, name_key
        ) as place
    from nearness
),

-- the nearest holder, where no other person who holds the value was near too
told_by_time as (
    select
        nearest.record_id,
        nearest.identifier_type,
        nearest.identifier_value,
        nearest.name_key
    from nearest
    where nearest.place = 1 and nearest.days <= 14
        and not exists (
            select 1
            from nearest as other
            inner join conflicts on other.name_key = conflicts.other_key
            where other.record_id = nearest.record_id
                and other.identifier_type = nearest.identifier_type
                and other.identifier_value = nearest.identifier_value
                and conflicts.name_key = nearest.name_key
                and other.days <= 4 * nearest.days + 4
        )
),

-- the holder whose name the contested mailbox itself says, where it does not say another holder's as well
told_by_mailbox as (
    select
        verdicts.identifier_type,
        verdicts.identifier_value,
        verdicts.name_key
    from verdicts
    inner join contested
        on verdicts.identifier_type = contested.identifier_type
        and verdicts.identifier_value = contested.identifier_value
    where verdicts.verdict = 1
        and not exists (
            select 1
            from verdicts as other
            inner join conflicts on other.name_key = conflicts.other_key
            where other.identifier_type = verdicts.identifier_type
                and other.identifier_value = verdicts.identifier_value
                and other.verdict = 1
                and conflicts.name_key = verdicts.name_key
        )
),

-- a record without a name goes to the holder of its time where numbers change hands, else to the most frequent one; a
-- holder whose time is not known (an account without dates) comes after whoever was seen within four months
nameless_choices as (
    select
        holders.hub_record_id as record_id_l,
        carried.record_id as record_id_r,
        carried.identifier_type,
        carried.identifier_value,
        row_number() over (
            partition by carried.record_id, carried.identifier_type, carried.identifier_value
            order by
                case
                    when not limits.needs_family_name or carried.first_seen_at is null then 0
                    when holders.first_seen_at is null then 120
                    when carried.first_seen_at < holders.first_seen_at
                        then date_diff('day', cast(carried.first_seen_at as date), cast(holders.first_seen_at as date))
                    when carried.first_seen_at > holders.last_seen_at
                        then date_diff('day', cast(holders.last_seen_at as date), cast(carried.first_seen_at as date))
                    else 0
                end,
                holders.count_records desc,
                holders.hub_record_id
        ) as choice
    from carried
    inner join holders
        on carried.identifier_type = holders.identifier_type
        and carried.identifier_value = holders.identifier_value
        and holders.name_key <> ''
    inner join limits on carried.identifier_type = limits.identifier_type
    left join contested
        on carried.identifier_type = contested.identifier_type
        and carried.identifier_value = contested.identifier_value
    left join told_by_time
        on carried.record_id = told_by_time.record_id
        and carried.identifier_type = told_by_time.identifier_type
        and carried.identifier_value = told_by_time.identifier_value
    left join told_by_mailbox
        on carried.identifier_type = told_by_mailbox.identifier_type
        and carried.identifier_value = told_by_mailbox.identifier_value
        and holders.name_key = told_by_mailbox.name_key
    where carried.name_key = ''
        and (
            contested.identifier_value is null
            or told_by_time.name_key = holders.name_key
            or (told_by_time.name_key is null and told_by_mailbox.name_key is not null)
        )
        -- a landline is a household's: it names one person only where one person gives it
        and (not holders.is_landline or not exists (
            select 1
            from pairs
            where pairs.identifier_type = carried.identifier_type
                and pairs.identifier_value = carried.identifier_value
        ))
),

initials as (
    select pairs.identifier_type, pairs.identifier_value, pairs.name_key_l as name_key, pairs.name_key_r as other_key
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    where relations.given_relation = 'initial' and pairs.name_key_l like '_|%'
    union all
    select pairs.identifier_type, pairs.identifier_value, pairs.name_key_r as name_key, pairs.name_key_l as other_key
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    where relations.given_relation = 'initial' and pairs.name_key_r like '_|%'
),

-- "A. Lee" on a value that both Adam and Ann Lee use says neither
torn as (
    select distinct
        one.identifier_type,
        one.identifier_value,
        one.name_key
    from initials as one
    inner join initials as other
        on one.identifier_type = other.identifier_type
        and one.identifier_value = other.identifier_value
        and one.name_key = other.name_key
        and one.other_key < other.other_key
    inner join relations on one.other_key = relations.name_key_l and other.other_key = relations.name_key_r
    where relations.is_given_conflict
),

between_holders as (
    select
        pairs.record_id_l,
        pairs.record_id_r,
        pairs.identifier_type,
        pairs.identifier_value,
        relations.given_relation as relation,
        case
            when relations.is_given_conflict then 'given names differ'
            when relations.is_suffix_conflict then 'one is junior, the other senior'
            when limits.needs_family_name and relations.is_family_conflict then 'family names differ'
            when torn.name_key is not null then 'an initial that fits several people'
        end as cut_reason
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    inner join limits on pairs.identifier_type = limits.identifier_type
    left join torn
        on pairs.identifier_type = torn.identifier_type
        and pairs.identifier_value = torn.identifier_value
        and relations.given_relation = 'initial'
        and torn.name_key = case when pairs.name_key_l like '_|%' then pairs.name_key_l else pairs.name_key_r end
    anti join holders as landlines
        on pairs.identifier_type = landlines.identifier_type
        and pairs.identifier_value = landlines.identifier_value
        and landlines.is_landline
),

links as (
    select * from within_holder
    union all
    select
        record_id_l,
        record_id_r,
        identifier_type,
        identifier_value,
        'nameless' as relation,
        cast(null as varchar) as cut_reason
    from nameless_choices
    where choice = 1
    union all
    select * from between_holders
)

select
    links.record_id_l,
    links.record_id_r,
    links.identifier_type,
    links.identifier_value,
    links.relation,
    links.cut_reason,
    case
        when links.identifier_type = 'order_id' and links.relation = 'nameless'
            then greatest(limits.priority, case when records.record_kind = 'device' then 97 else 85 end)
        else limits.priority
    end as priority,
    limits.needs_family_name
from links
inner join limits on links.identifier_type = limits.identifier_type
inner join records on links.record_id_r = records.record_id
