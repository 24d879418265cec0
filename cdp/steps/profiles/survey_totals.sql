-- Latest CSAT and NPS of each customer, and the first low CSAT. Of two answers at one instant the lower counts.
-- grain: one row per customer with an answer
-- runs on: duckdb, spark
with
placed as (
    select
        customer_id,
        survey_type,
        score,
        answered_at,
        row_number() over (
            partition by customer_id, survey_type
            order by answered_at desc, score asc, answer_id asc
        ) as place
    from survey_answers
)
select
    customer_id,
    max(score) filter (where survey_type = 'csat' and place = 1) as last_csat_score,
    max(answered_at) filter (where survey_type = 'csat') as last_csat_at,
    min(answered_at) filter (where survey_type = 'csat' and score <= $low_csat_score) as first_low_csat_at,
    max(score) filter (where survey_type = 'nps' and place = 1) as last_nps_score,
    max(answered_at) filter (where survey_type = 'nps') as last_nps_at
from placed
group by customer_id
