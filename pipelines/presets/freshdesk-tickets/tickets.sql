-- Tickets in their latest state.
-- grain: one row per ticket
select
    ticket_id,
    'freshdesk_tickets:' || ticket_id as record_id,
    'freshdesk_tickets' as feed,
    lower(source) as channel,
    subject,
    ticket_status as status,
    ticket_status not in ('solved', 'closed') as is_open,
    priority,
    created_time as opened_at,
    initial_response_time as first_replied_at,
    last_update_time as updated_at,
    resolved_time as solved_at,
    case
        when survey_results in ('Extremely Happy', 'Very Happy') then 5
        when survey_results = 'Happy' then 4
        when survey_results = 'Neutral' then 3
        when survey_results = 'Unhappy' then 2
        when survey_results in ('Very Unhappy', 'Extremely Unhappy') then 1
    end as csat_score,
    order_number as order_id,
    replace(tags, ',', '|') as tags
from freshdesk_tickets
