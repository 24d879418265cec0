-- What a survey answer says of the person who gave it.
-- grain: one row per answer
select
    'nps_survey:' || response_id as record_id,
    'nps_survey' as feed,
    response_id as source_id,
    'survey' as record_kind,
    responded_at as first_observed_at,
    greatest(responded_at, updated_at) as last_observed_at,
    full_name
from nps_survey
