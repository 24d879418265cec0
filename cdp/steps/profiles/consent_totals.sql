-- Consent by e-mail, text message and push, side by side.
-- grain: one row per customer with any consent statement
-- runs on: duckdb, spark
select
    customer_id,
    max(status) filter (where channel = 'email') as consent_email,
    max(stated_at) filter (where channel = 'email') as consent_email_at,
    max(status) filter (where channel = 'sms') as consent_sms,
    max(stated_at) filter (where channel = 'sms') as consent_sms_at,
    max(status) filter (where channel = 'push') as consent_push,
    max(stated_at) filter (where channel = 'push') as consent_push_at
from consent_states
group by customer_id
