-- What a row of klaviyo says of its person.
-- grain: one row per record
select
    'klaviyo_profiles:' || klaviyo_id as record_id,
    'klaviyo_profiles' as feed,
    klaviyo_id as source_id,
    'account' as record_kind,
    known_since as first_observed_at,
    known_since as last_observed_at,
    first_name,
    last_name,
    address as street,
    city,
    state_region as region,
    zip_code as postcode,
    country_code as country
from klaviyo_profiles
