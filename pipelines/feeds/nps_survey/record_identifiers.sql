-- What points from a survey answer to a person: the e-mail it was sent to and the purchase it asks about.
-- grain: one row per answer, identifier type and value
with
observed as (
    select response_id, 'email' as identifier_type, email as identifier_value, responded_at from nps_survey
    union all
    select response_id, 'order_id', purchase_reference, responded_at from nps_survey
)
select
    'nps_survey:' || response_id as record_id,
    'nps_survey' as feed,
    identifier_type,
    identifier_value,
    responded_at as first_seen_at,
    responded_at as last_seen_at,
    1 as count_seen
from observed
where identifier_value is not null
