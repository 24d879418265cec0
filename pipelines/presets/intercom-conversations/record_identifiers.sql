-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select id as source_id, 'email' as identifier_type,
        case when asked_by_customer then email end as identifier_value, null as country, created_at as first_seen_at, greatest(created_at, updated_at) as last_seen_at
    from intercom_conversations
    union all
    select id, 'shop_customer_id', external_id, null, created_at, greatest(created_at, updated_at)
    from intercom_conversations
    union all
    select
        id,
        'support_user_id',
        coalesce(contacts_0_id, case when asked_by_customer then author_id end),
        null,
        created_at,
        greatest(created_at, updated_at)
    from intercom_conversations
)
select
    'intercom_conversations:' || source_id as record_id,
    'intercom_conversations' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
