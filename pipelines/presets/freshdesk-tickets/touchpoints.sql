-- Tickets opened.
-- grain: one row per ticket
select
    'freshdesk_tickets:' || ticket_id || ':opened' as touchpoint_id,
    'freshdesk_tickets:' || ticket_id as record_id,
    'freshdesk_tickets' as feed,
    'support' as channel,
    'Ticket Opened' as event_name,
    created_time as occurred_at,
    order_number as order_id,
    left(subject, 2000) as text
from freshdesk_tickets
where created_time is not null
