-- Messages to people: what became of each, summed up from the events that the sending systems log.
-- grain: one row per message to one recipient
-- runs on: duckdb, spark
with
sends as (
    select channel, send_id, min(campaign_id) as campaign_id
    from campaigns
    where send_id is not null
    group by channel, send_id
),
events as (
    select
        message_events.*,
        coalesce(message_events.campaign_id, sends.campaign_id) as known_campaign_id,
        concat_ws(':', message_events.feed, coalesce(
            message_events.message_id,
            concat_ws(
                ':',
                coalesce(message_events.send_id, message_events.campaign_id),
                message_events.recipient_type,
                message_events.recipient_value,
                message_events.device_id
            )
        )) as message_key
    from message_events
    left join sends on message_events.channel = sends.channel and message_events.send_id = sends.send_id
    where message_events.occurred_at < cast($as_of as timestamp)
),
summed as (
    select
        message_key,
        min(feed) as feed,
        min(channel) as channel,
        min(send_id) as send_id,
        min(known_campaign_id) as campaign_id,
        min(recipient_type) as recipient_type,
        min(recipient_value) as recipient_value,
        min(device_id) as device_id,
        min(case when event_type = 'sent' then occurred_at end) as sent_at,
        min(case when event_type = 'delivered' then occurred_at end) as confirmed_at,
        min(case when event_type = 'bounced' then occurred_at end) as bounced_at,
        min(case when event_type = 'bounced' then reason end) as bounce_reason,
        min(case when event_type = 'opened' then occurred_at end) as first_opened_at,
        count(*) filter (where event_type = 'opened') as count_opens,
        min(case when event_type = 'clicked' then occurred_at end) as first_clicked_at,
        max(case when event_type = 'clicked' then occurred_at end) as last_clicked_at,
        count(*) filter (where event_type = 'clicked') as count_clicks,
        min(case when event_type = 'unsubscribed' then occurred_at end) as unsubscribed_at
    from events
    group by message_key
)
select
    summed.message_key as message_id,
    summed.feed,
    summed.channel,
    summed.send_id,
    summed.campaign_id,
    summed.recipient_type,
    summed.recipient_value,
    summed.device_id,
    recipients.customer_id,
    summed.sent_at,
    summed.bounced_at is null as is_delivered,
    summed.bounced_at,
    summed.bounce_reason,
    case
        when summed.bounced_at is not null
            then not regexp_matches(lower(coalesce(summed.bounce_reason, '')), 'soft|tempor|full|quota|throttl|timeout|try again|busy|technical')
    end as is_hard_bounce,
    summed.first_opened_at,
    summed.count_opens,
    summed.first_clicked_at,
    summed.last_clicked_at,
    summed.count_clicks,
    summed.unsubscribed_at
from summed
left join recipients
    on summed.recipient_type = recipients.recipient_type
    and summed.recipient_value = recipients.recipient_value
