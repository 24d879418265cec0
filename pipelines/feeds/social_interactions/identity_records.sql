-- A profile that wrote to us on a social network, with the name it last showed.
-- grain: one row per network and handle
with
messages as (
    select
        lower(network) || ':' || profile_handle as source_id,
        occurred_at,
        message_id,
        profile_name
    from social_interactions
)
select
    'social_interactions:' || source_id as record_id,
    'social_interactions' as feed,
    source_id,
    'handle' as record_kind,
    min(occurred_at) as first_observed_at,
    max(occurred_at) as last_observed_at,
    arg_max(profile_name, row(occurred_at, message_id)) as full_name
from messages
group by source_id
