-- What points from a ticket to a person: the requester's number, addresses and phone, and the orders named in
-- the order field, the subject or the first message.
-- grain: one row per ticket, identifier type and value
with
found as (
    select ticket_id, created_at, 'support_user_id' as identifier_type, requester_id as identifier_value
    from zendesk_tickets
    union all
    select ticket_id, created_at, 'email', requester_email from zendesk_tickets
    union all
    select ticket_id, created_at, 'email', sender_email from zendesk_tickets
    union all
    select ticket_id, created_at, 'phone', requester_phone from zendesk_tickets
    union all
    select
        ticket_id,
        created_at,
        'order_id',
        unnest(regexp_extract_all(
            concat_ws(' ', cast(custom_fields as varchar), subject, left(description, 10000)), '#[0-9]{5,9}'
        ))
    from zendesk_tickets
)
select
    'zendesk_tickets:' || ticket_id as record_id,
    'zendesk_tickets' as feed,
    identifier_type,
    identifier_value,
    case
        when identifier_type <> 'phone' then null
        when regexp_matches(identifier_value, '^0[1-9][0-9]{1,4}/[0-9]') then 'DE'
        when regexp_matches(identifier_value, '^[(]?[2-9][0-9]{2}[) .-]+[2-9][0-9]{2}[ .-][0-9]{4}$') then 'US'
    end as country,
    created_at as first_seen_at,
    created_at as last_seen_at,
    1 as count_seen
from found
where identifier_value is not null
group by ticket_id, identifier_type, identifier_value, created_at
