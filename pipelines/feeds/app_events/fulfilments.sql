-- Reservations made in the app, in their latest state.
-- grain: one row per reservation
with
steps as (
    select
        reservation_id,
        coalesce(device_id, 'user:' || user_id) as source_id,
        occurred_at,
        uuid,
        store_id,
        sku,
        quantity,
        order_id,
        lower(regexp_extract(event_type, '^Reservation (Created|Ready|Collected|Cancelled|Canceled|Expired)$', 1))
            as step
    from app_events
    where reservation_id is not null
),
placed as (
    select
        *,
        case step when 'canceled' then 'cancelled' else step end as status,
        case step when 'created' then 1 when 'ready' then 2 else 3 end as place
    from steps
    where step <> ''
),
latest as (
    select reservation_id, status
    from placed
    qualify row_number() over (partition by reservation_id order by occurred_at desc, place desc, uuid) = 1
),
reservations as (
    select
        reservation_id,
        arg_min(source_id, row(occurred_at, uuid)) as source_id,
        arg_max(store_id, row(occurred_at, uuid)) as store_id,
        arg_max(sku, row(occurred_at, uuid)) as sku,
        arg_max(quantity, row(occurred_at, uuid)) as quantity,
        arg_max(order_id, row(occurred_at, uuid)) as order_id,
        min(occurred_at) as created_at,
        max(occurred_at) filter (where status = 'ready') as ready_at,
        max(occurred_at) filter (where place = 3) as closed_at
    from placed
    group by reservation_id
)
select
    'app_events:' || reservations.reservation_id as fulfilment_id,
    'app_events:' || reservations.source_id as record_id,
    'app_events' as feed,
    'reservation' as fulfilment_type,
    reservations.store_id,
    reservations.sku,
    reservations.quantity,
    reservations.order_id,
    reservations.created_at,
    reservations.ready_at,
    case when latest.status in ('collected', 'cancelled', 'expired') then reservations.closed_at end as closed_at,
    latest.status
from reservations
inner join latest on reservations.reservation_id = latest.reservation_id
