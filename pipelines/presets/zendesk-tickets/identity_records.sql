-- What a ticket says of the person who asked. A ticket without requester still is a record.
-- grain: one row per ticket
select
    'zendesk_tickets:' || ticket_id as record_id,
    'zendesk_tickets' as feed,
    ticket_id as source_id,
    'ticket' as record_kind,
    created_at as first_observed_at,
    greatest(created_at, updated_at) as last_observed_at,
    coalesce(requester_name, sender_name) as full_name
from zendesk_tickets
