-- What a lead form says of the person who sent it.
-- grain: one row per lead
select
    'meta_leads:' || lead_id as record_id,
    'meta_leads' as feed,
    lead_id as source_id,
    'contact' as record_kind,
    created_at as first_observed_at,
    created_at as last_observed_at,
    full_name,
    first_name,
    last_name,
    birth_date,
    street_address as street,
    city,
    zip_code as postcode,
    case when length(country) = 2 then upper(country) end as country
from meta_leads
