-- What points from a profile to a person: its handle, contact data known to the inbox or written in a
-- message, and order numbers it mentions. Only the first 10,000 characters of a message are searched.
-- grain: one row per profile, identifier type and value
with
messages as (
    select
        lower(network) || ':' || profile_handle as source_id,
        occurred_at,
        email,
        phone,
        left(message, 10000) as message
    from social_interactions
),
found as (
    select source_id, occurred_at, 'social_handle' as identifier_type, source_id as identifier_value
    from messages
    union all
    select source_id, occurred_at, 'email', email from messages
    union all
    select source_id, occurred_at, 'phone', phone from messages
    union all
    select
        source_id,
        occurred_at,
        'email',
        unnest(regexp_extract_all(
            message, '[[:alnum:]][[:alnum:]._%+-]*@[[:alnum:]-]+([.][[:alnum:]-]+)*[.][[:alpha:]]{2,}'
        ))
    from messages
    union all
    select
        source_id,
        occurred_at,
        'phone',
        trim(unnest(regexp_extract_all(message, '[+(]?[0-9][0-9 ()./-]{7,}[0-9]')))
    from messages
    union all
    select source_id, occurred_at, 'order_id', unnest(regexp_extract_all(message, '#[0-9]{5,9}'))
    from messages
),
believable as (
    select *
    from found
    where identifier_type <> 'phone'
        or (
            length(regexp_replace(identifier_value, '[^0-9]', '', 'g')) between 9 and 15
            and not regexp_matches(identifier_value, '[0-9]{1,2}[./-][0-9]{1,2}[./-](19|20)[0-9]{2}')
            and not regexp_matches(identifier_value, '(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}')
        )
)
select
    'social_interactions:' || source_id as record_id,
    'social_interactions' as feed,
    identifier_type,
    identifier_value,
    case
        when identifier_type <> 'phone' then null
        when regexp_matches(identifier_value, '^0[1-9][0-9]{1,4}/[0-9]') then 'DE'
        when regexp_matches(identifier_value, '^[(]?[2-9][0-9]{2}[) .-]+[2-9][0-9]{2}[ .-][0-9]{4}$') then 'US'
    end as country,
    min(occurred_at) as first_seen_at,
    max(occurred_at) as last_seen_at,
    count(*) as count_seen
from believable
where identifier_value is not null
group by source_id, identifier_type, identifier_value
