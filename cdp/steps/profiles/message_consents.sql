-- Unsubscribing from a message is a statement about consent, by the customer who got it.
-- grain: one row per unsubscription of a known customer
-- runs on: duckdb, spark
select
    message_events.event_id as consent_statement_id,
    recipients.record_id,
    recipients.customer_id,
    message_events.feed,
    message_events.channel,
    'out' as status,
    message_events.occurred_at as stated_at,
    true as is_timed,
    'unsubscribed from a message' as source
from message_events
inner join recipients
    on message_events.recipient_type = recipients.recipient_type
    and message_events.recipient_value = recipients.recipient_value
where message_events.event_type = 'unsubscribed'
