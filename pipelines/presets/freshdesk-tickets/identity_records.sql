-- What a row of freshdesk says of its person.
-- grain: one row per record
select
    'freshdesk_tickets:' || ticket_id as record_id,
    'freshdesk_tickets' as feed,
    ticket_id as source_id,
    'ticket' as record_kind,
    created_time as first_observed_at,
    greatest(created_time, last_update_time) as last_observed_at,
    full_name
from freshdesk_tickets
