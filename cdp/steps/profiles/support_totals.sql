-- How often each customer needed help, and how often again within a week, in whatever channel.
-- grain: one row per customer who asked for help
-- runs on: duckdb, spark
select
    customer_id,
    count(*) as count_support_contacts,
    count(*) filter (where is_repeat_7d) as count_repeat_contacts_7d,
    max(contacted_at) as last_support_contact_at,
    max(hours_to_first_answer) as slowest_first_answer_hours
from support_contacts
group by customer_id
