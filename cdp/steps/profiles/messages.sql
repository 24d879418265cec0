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
        max(case when event_type in ('delivered', 'opened', 'clicked') then occurred_at end) as last_confirmed_at,
        max(case when event_type = 'bounced' then occurred_at end) as bounced_at,
        nullif(
            max_by(coalesce(reason, ''), (occurred_at, event_id))
                filter (where event_type = 'bounced' and occurred_at is not null and event_id is not null),
            ''
        ) as bounce_reason,
        min(case when event_type = 'opened' then occurred_at end) as first_opened_at,
        count(*) filter (where event_type = 'opened') as count_opens,
        min(case when event_type = 'clicked' then occurred_at end) as first_clicked_at,
        max(case when event_type = 'clicked' then occurred_at end) as last_clicked_at,
        count(*) filter (where event_type = 'clicked') as count_clicks,
        min(case when event_type = 'unsubscribed' then occurred_at end) as unsubscribed_at
    from events
    group by message_key
),
-- what bounces at first may still arrive at a later try
judged as (
    select
        *,
        bounced_at is null or coalesce(last_confirmed_at > bounced_at, false) as is_delivered
    from summed
)
select
    judged.message_key as message_id,
    judged.feed,
    judged.channel,
    judged.send_id,
    judged.campaign_id,
    judged.recipient_type,
    judged.recipient_value,
    judged.device_id,
    recipients.customer_id,
    judged.sent_at,
    judged.is_delivered,
    judged.bounced_at,
    judged.bounce_reason,
    case
        when judged.bounced_at is not null
            then not judged.is_delivered
                and not regexp_matches(lower(coalesce(judged.bounce_reason, '')), 'soft|tempor|full|quota|throttl|timeout|try again|busy|technical')
    end as is_hard_bounce,
    judged.first_opened_at,
    judged.count_opens,
    judged.first_clicked_at,
    judged.last_clicked_at,
    judged.count_clicks,
    judged.unsubscribed_at
from judged
left join recipients
    on judged.recipient_type = recipients.recipient_type
    and judged.recipient_value = recipients.recipient_value
