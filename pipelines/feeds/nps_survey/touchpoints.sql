-- Answers to the survey, which comes by e-mail.
-- grain: one row per answer
select
    'nps_survey:' || response_id as touchpoint_id,
    'nps_survey:' || response_id as record_id,
    'nps_survey' as feed,
    'email' as channel,
    'Survey Answered' as event_name,
    responded_at as occurred_at,
    purchase_reference as order_id,
    left(comment, 2000) as text,
    json_object('survey_type', 'nps', 'score', score) as properties
from nps_survey
