-- Scores from 0 to 10 with the purchase they speak of.
-- grain: one row per answer
select
    'nps_survey:' || response_id as response_id,
    'nps_survey:' || response_id as record_id,
    'nps_survey' as feed,
    'nps' as survey_type,
    score,
    comment,
    sent_at,
    responded_at,
    purchase_reference as order_id
from nps_survey
