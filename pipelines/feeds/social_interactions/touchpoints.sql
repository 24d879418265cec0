-- Comments, mentions and direct messages on social networks.
-- grain: one row per message
select
    'social_interactions:' || message_id as touchpoint_id,
    'social_interactions:' || lower(network) || ':' || profile_handle as record_id,
    'social_interactions' as feed,
    'social' as channel,
    case lower(message_type)
        when 'comment' then 'Comment Posted'
        when 'mention' then 'Mention Posted'
        else 'Message Sent'
    end as event_name,
    occurred_at,
    nullif(regexp_extract(left(message, 10000), '#[0-9]{5,9}'), '') as order_id,
    left(message, 2000) as text,
    json_object('network', network, 'sentiment', sentiment, 'permalink', permalink) as properties
from social_interactions
