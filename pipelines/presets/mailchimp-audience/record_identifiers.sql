-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        leid as source_id,
        'email' as identifier_type,
        email_address as identifier_value,
        null as country,
        last_changed as first_seen_at,
        last_changed as last_seen_at
    from mailchimp_audience
    union all
    select leid, 'phone', phone_number, upper(cc), last_changed, last_changed
    from mailchimp_audience
    union all
    select leid, 'shop_customer_id', 'mailchimp-' || leid, null, last_changed, last_changed
    from mailchimp_audience
)
select
    'mailchimp_audience:' || source_id as record_id,
    'mailchimp_audience' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
