-- What points from a lead to a person: e-mail and phone of the form.
-- grain: one row per lead, identifier type and value
with
observed as (
    select lead_id, 'email' as identifier_type, email as identifier_value, created_at from meta_leads
    union all
    select lead_id, 'phone', phone_number, created_at from meta_leads
)
select
    'meta_leads:' || lead_id as record_id,
    'meta_leads' as feed,
    identifier_type,
    identifier_value,
    created_at as first_seen_at,
    created_at as last_seen_at,
    1 as count_seen
from observed
where identifier_value is not null
