-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        id as source_id,
        'email' as identifier_type,
        email as identifier_value,
        null as country,
        created_date as first_seen_at,
        greatest(created_date, last_modified_date) as last_seen_at
    from salesforce_contacts
    union all
    select id, 'phone', phone, mailing_country_code, created_date, greatest(created_date, last_modified_date)
    from salesforce_contacts
    union all
    select id, 'phone', mobile_phone, mailing_country_code, created_date, greatest(created_date, last_modified_date)
    from salesforce_contacts
    union all
    select id, 'shop_customer_id', 'salesforce-' || id, null, created_date, greatest(created_date, last_modified_date)
    from salesforce_contacts
)
select
    'salesforce_contacts:' || source_id as record_id,
    'salesforce_contacts' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
