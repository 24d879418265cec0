-- What a row of mailchimp says of its person.
-- grain: one row per record
select
    'mailchimp_audience:' || leid as record_id,
    'mailchimp_audience' as feed,
    leid as source_id,
    'account' as record_kind,
    last_changed as first_observed_at,
    last_changed as last_observed_at,
    first_name,
    last_name,
    address as street,
    region,
    upper(cc) as country
from mailchimp_audience
