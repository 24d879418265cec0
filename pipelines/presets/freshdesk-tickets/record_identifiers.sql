-- What points from a record to a person.
-- grain: one row per record, identifier type and value
with
observed as (
    select
        ticket_id as source_id,
        'email' as identifier_type,
        email as identifier_value,
        null as country,
        created_time as first_seen_at,
        greatest(created_time, last_update_time) as last_seen_at
    from freshdesk_tickets
    union all
    select ticket_id, 'phone', work_phone, null, created_time, greatest(created_time, last_update_time)
    from freshdesk_tickets
    union all
    select ticket_id, 'phone', mobile_phone, null, created_time, greatest(created_time, last_update_time)
    from freshdesk_tickets
    union all
    select ticket_id, 'support_user_id', contact_id, null, created_time, greatest(created_time, last_update_time)
    from freshdesk_tickets
    union all
    select ticket_id, 'order_id', order_number, null, created_time, greatest(created_time, last_update_time)
    from freshdesk_tickets
)
select
    'freshdesk_tickets:' || source_id as record_id,
    'freshdesk_tickets' as feed,
    identifier_type,
    identifier_value,
    max(country) as country,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    count(*) as count_seen
from observed
where identifier_value is not null
group by source_id, identifier_type, identifier_value
