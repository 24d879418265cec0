-- Unsubscribing from a message is a statement about consent, by whoever bears the address: of several people who share
-- it nobody can tell who clicked.
-- grain: one row per unsubscription and identified customer who bears the address
-- runs on: duckdb, spark
select
    case
        when recipient_bearers.place = 1 then message_events.event_id
        else concat_ws(':', message_events.event_id, recipient_bearers.customer_id)
    end as consent_statement_id,
    recipient_bearers.record_id,
    recipient_bearers.customer_id,
    message_events.feed,
    message_events.channel,
    'out' as status,
    message_events.occurred_at as stated_at,
    true as is_timed,
    'unsubscribed from a message' as source
from message_events
inner join recipient_bearers
    on message_events.recipient_type = recipient_bearers.recipient_type
    and message_events.recipient_value = recipient_bearers.recipient_value
where message_events.event_type = 'unsubscribed'
    and (recipient_bearers.place = 1 or not recipient_bearers.is_anonymous)
