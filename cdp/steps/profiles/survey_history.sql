-- The latest answers of each customer to surveys, newest first.
-- grain: one row per identified customer with an answer
-- runs on: duckdb
select
    survey_answers.customer_id,
    max({
        'answered_at': survey_answers.answered_at,
        'survey_type': survey_answers.survey_type,
        'score': survey_answers.score
    }, 20) as survey_history
from survey_answers
inner join customers on survey_answers.customer_id = customers.customer_id
where not customers.is_anonymous
group by survey_answers.customer_id
