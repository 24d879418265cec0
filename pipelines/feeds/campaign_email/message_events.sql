-- What became of mails. The export numbers no events: one is named by all that it says.
-- grain: one row per send, subscriber, kind of event, moment and link
select
    'campaign_email:' || md5(concat_ws(
        '|', send_id, subscriber_key, lower(event_type), event_at::varchar, coalesce(url, '')
    )) as event_id,
    'campaign_email' as feed,
    'email' as channel,
    send_id,
    case lower(event_type)
        when 'sent' then 'sent'
        when 'bounce' then 'bounced'
        when 'open' then 'opened'
        when 'click' then 'clicked'
        when 'unsubscribe' then 'unsubscribed'
    end as event_type,
    event_at as occurred_at,
    'email' as recipient_type,
    lower(email) as recipient_value,
    url,
    bounce_category as reason
from campaign_email
