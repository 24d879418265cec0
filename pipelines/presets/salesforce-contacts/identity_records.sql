-- What a row of salesforce says of its person.
-- grain: one row per record
select
    'salesforce_contacts:' || id as record_id,
    'salesforce_contacts' as feed,
    id as source_id,
    'account' as record_kind,
    created_date as first_observed_at,
    greatest(created_date, last_modified_date) as last_observed_at,
    salutation as title,
    first_name,
    last_name,
    case when coalesce(first_name, last_name) is null then name end as full_name,
    birthdate as birth_date,
    mailing_street as street,
    mailing_city as city,
    mailing_state as region,
    mailing_postal_code as postcode,
    mailing_country_code as country
from salesforce_contacts
