-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        klaviyo_id as source_id,
        'email' as identifier_type,
        email as identifier_value,
        null as country,
        known_since as first_seen_at,
        known_since as last_seen_at
    from klaviyo_profiles
    union all
    select klaviyo_id, 'phone', phone_number, country_code, known_since, known_since
    from klaviyo_profiles
)
select
    'klaviyo_profiles:' || source_id as record_id,
    'klaviyo_profiles' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
