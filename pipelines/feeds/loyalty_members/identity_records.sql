-- What the loyalty programme knows of a member.
-- grain: one row per card
select
    'loyalty_members:' || card_no as record_id,
    'loyalty_members' as feed,
    card_no as source_id,
    'card' as record_kind,
    coalesce(cast(enrolled_on as timestamp), last_modified) as first_observed_at,
    last_modified as last_observed_at,
    title,
    first_name,
    middle_initial as middle_name,
    last_name,
    birth_date,
    gender,
    nullif(concat_ws(', ', address1, address2), '') as street,
    city,
    postcode,
    upper(country) as country
from loyalty_members
