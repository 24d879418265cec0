-- What each customer does with messages.
-- grain: one row per customer who was sent a message
-- runs on: duckdb, spark
select
    customer_id,
    count(*) as count_messages,
    count(*) filter (where first_opened_at is not null) as count_messages_opened,
    count(*) filter (where first_clicked_at is not null) as count_messages_clicked,
    max(sent_at) as last_message_at,
    max(last_clicked_at) as last_clicked_at,
    max(last_clicked_at) filter (where channel = 'email') as last_email_clicked_at
from messages
where customer_id is not null
group by customer_id
