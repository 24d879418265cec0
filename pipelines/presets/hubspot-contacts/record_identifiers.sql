-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        record_id as source_id,
        'email' as identifier_type,
        email as identifier_value,
        null as country,
        create_date as first_seen_at,
        greatest(create_date, last_modified_date) as last_seen_at
    from hubspot_contacts
    union all
    select
        record_id,
        'phone',
        phone_number,
        country_region_code,
        create_date,
        greatest(create_date, last_modified_date)
    from hubspot_contacts
    union all
    select
        record_id,
        'phone',
        mobile_phone_number,
        country_region_code,
        create_date,
        greatest(create_date, last_modified_date)
    from hubspot_contacts
    union all
    select
        record_id,
        'shop_customer_id',
        'hubspot-' || record_id,
        null,
        create_date,
        greatest(create_date, last_modified_date)
    from hubspot_contacts
)
select
    'hubspot_contacts:' || source_id as record_id,
    'hubspot_contacts' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
