-- Support tickets of each customer: how many, how many unsolved, the latest.
-- grain: one row per customer with a ticket
-- runs on: duckdb, spark
select
    identity_map.customer_id,
    count(*) as count_tickets,
    count(*) filter (where tickets.is_open) as count_open_tickets,
    max(tickets.opened_at) as last_ticket_at
from tickets
inner join identity_map on tickets.record_id = identity_map.record_id
where tickets.opened_at < cast($as_of as timestamp)
group by identity_map.customer_id
