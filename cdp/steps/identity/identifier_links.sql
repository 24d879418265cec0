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
        and (carried.name_key <> '' or not exists (
            select 1
            from holders as named
            where named.identifier_type = carried.identifier_type
                and named.identifier_value = carried.identifier_value
                and named.name_key <> ''
        ))
),

-- a record without a name goes to the holder of its time where numbers change hands, else to the most frequent one
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
    where carried.name_key = ''
        -- a landline is a household's: it names one person only where one person gives it
        and (not holders.is_landline or not exists (
            select 1
            from pairs
            where pairs.identifier_type = carried.identifier_type
                and pairs.identifier_value = carried.identifier_value
        ))
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
        end as cut_reason
    from pairs
    inner join relations on pairs.name_key_l = relations.name_key_l and pairs.name_key_r = relations.name_key_r
    inner join limits on pairs.identifier_type = limits.identifier_type
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
    limits.priority,
    limits.needs_family_name
from links
inner join limits on links.identifier_type = limits.identifier_type
