-- Every CSAT and NPS score given before the as-of instant, from surveys and from tickets.
-- grain: one row per answer of a customer
-- runs on: duckdb, spark
with
answers as (
    select
        record_id,
        survey_type,
        score,
        responded_at as answered_at,
        response_id as answer_id
    from survey_responses
    where survey_type in ('csat', 'nps')
    union all
    select
        record_id,
        'csat' as survey_type,
        csat_score as score,
        coalesce(csat_at, solved_at, updated_at) as answered_at,
        ticket_id as answer_id
    from tickets
)
select
    identity_map.customer_id,
    answers.survey_type,
    answers.score,
    answers.answered_at,
    answers.answer_id
from answers
inner join identity_map on answers.record_id = identity_map.record_id
where answers.score is not null
    and answers.answered_at < cast($as_of as timestamp)
