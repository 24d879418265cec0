-- What became of text messages. The log has one row per message; delivery bears the time of sending.
-- grain: one row per message and event
with
outbound as (
    select * from campaign_sms where lower(direction) like 'outbound%'
),
events as (
    select sid, 'sent' as event_type, sent_at as occurred_at, null as reason from outbound
    union all
    select sid, 'delivered', sent_at, null from outbound where lower(status) in ('delivered', 'read')
    union all
    select sid, 'bounced', sent_at, error_code from outbound where lower(status) in ('undelivered', 'failed')
    union all
    select sid, 'clicked', clicked_at, null from outbound where clicked_at is not null
)
select
    'campaign_sms:' || events.sid || ':' || events.event_type as event_id,
    'campaign_sms' as feed,
    'sms' as channel,
    outbound.campaign_id,
    events.sid as message_id,
    events.event_type,
    events.occurred_at,
    'phone' as recipient_type,
    outbound.recipient as recipient_value,
    events.reason
from events
inner join outbound on events.sid = outbound.sid
