-- Messages that people opened or followed, as touchpoints of the customer who got them.
-- grain: one row per opening or click of a known customer
-- runs on: duckdb, spark
with
sends as (
    select channel, send_id, min(campaign_id) as campaign_id
    from campaigns
    where send_id is not null
    group by channel, send_id
)
select
    message_events.event_id as touchpoint_id,
    recipients.record_id,
    recipients.customer_id,
    message_events.feed,
    message_events.channel,
    case when message_events.event_type = 'opened' then 'Message Opened' else 'Message Clicked' end as event_name,
    message_events.occurred_at,
    coalesce(message_events.campaign_id, sends.campaign_id) as campaign,
    message_events.url as page
from message_events
inner join recipients
    on message_events.recipient_type = recipients.recipient_type
    and message_events.recipient_value = recipients.recipient_value
left join sends on message_events.channel = sends.channel and message_events.send_id = sends.send_id
where message_events.event_type in ('opened', 'clicked')
