-- Reservations that wait for pick-up: neither collected, cancelled nor expired.
-- grain: one row per customer with a reservation
-- runs on: duckdb, spark
select
    identity_map.customer_id,
    count(*) as count_reservations,
    count(*) filter (where fulfilments.status in ('created', 'ready')) as reservations_waiting
from fulfilments
inner join identity_map on fulfilments.record_id = identity_map.record_id
where fulfilments.fulfilment_type = 'reservation'
    and fulfilments.created_at < cast($as_of as timestamp)
group by identity_map.customer_id
