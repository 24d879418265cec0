-- What a row of hubspot says of its person.
-- grain: one row per record
select
    'hubspot_contacts:' || record_id as record_id,
    'hubspot_contacts' as feed,
    record_id as source_id,
    'account' as record_kind,
    create_date as first_observed_at,
    greatest(create_date, last_modified_date) as last_observed_at,
    first_name,
    last_name,
    date_of_birth as birth_date,
    street_address as street,
    city,
    state_region as region,
    postal_code as postcode,
    country_region_code as country
from hubspot_contacts
