-- The 360-degree view: golden record, orders and revenue, presence, consent, support, surveys.
-- grain: one row per customer who is not anonymous
-- runs on: duckdb
with
identified as (
    select customer_id, needs_review
    from customers
    where not is_anonymous
),
money as (
    select
        identified.customer_id,
        coalesce(order_totals.count_orders, 0) as count_orders,
        coalesce(order_totals.count_orders_store, 0) as count_orders_store,
        coalesce(order_totals.count_orders_web, 0) as count_orders_web,
        coalesce(order_totals.count_orders_app, 0) as count_orders_app,
        cast(coalesce(order_totals.gross_revenue, 0) as decimal(18, 2)) as gross_revenue,
        cast(coalesce(order_totals.gross_revenue_store, 0) as decimal(18, 2)) as gross_revenue_store,
        cast(coalesce(order_totals.gross_revenue_web, 0) as decimal(18, 2)) as gross_revenue_web,
        cast(coalesce(order_totals.gross_revenue_app, 0) as decimal(18, 2)) as gross_revenue_app,
        coalesce(return_totals.count_returns, 0) as count_returns,
        cast(coalesce(return_totals.returned_value, 0) as decimal(18, 2)) as returned_value,
        cast(coalesce(return_totals.returned_value_store, 0) as decimal(18, 2)) as returned_value_store,
        cast(coalesce(return_totals.returned_value_web, 0) as decimal(18, 2)) as returned_value_web,
        cast(coalesce(return_totals.returned_value_app, 0) as decimal(18, 2)) as returned_value_app,
        order_totals.first_purchase_at,
        order_totals.last_purchase_at,
        order_totals.last_purchase_store_at,
        order_totals.last_purchase_web_at,
        order_totals.last_purchase_app_at
    from identified
    left join order_totals on identified.customer_id = order_totals.customer_id
    left join return_totals on identified.customer_id = return_totals.customer_id
),
asked as (
    select distinct customer_id from erasure_matches
),
reach as (
    select
        identified.customer_id,
        consent_totals.consent_email,
        consent_totals.consent_email_at,
        consent_totals.consent_sms,
        consent_totals.consent_sms_at,
        consent_totals.consent_push,
        consent_totals.consent_push_at,
        coalesce(identifier_totals.count_cards, 0) > 0 as has_card,
        coalesce(identifier_totals.count_devices, 0) > 0 as has_device,
        asked.customer_id is not null as is_erasure_requested
    from identified
    left join consent_totals on identified.customer_id = consent_totals.customer_id
    left join identifier_totals on identified.customer_id = identifier_totals.customer_id
    left join asked on identified.customer_id = asked.customer_id
)
select
    identified.customer_id,
    golden_record.full_name,
    golden_record.first_name,
    golden_record.last_name,
    golden_record.birth_date,
    golden_record.gender,
    golden_record.email,
    golden_record.phone,
    golden_record.street,
    golden_record.city,
    golden_record.postcode,
    golden_record.country,
    golden_record.loyalty_card,
    golden_record.shop_customer_id,
    coalesce(identified.needs_review, false) as needs_review,
    money.count_orders,
    money.count_orders_store,
    money.count_orders_web,
    money.count_orders_app,
    money.gross_revenue,
    money.gross_revenue_store,
    money.gross_revenue_web,
    money.gross_revenue_app,
    money.count_returns,
    money.returned_value,
    money.returned_value_store,
    money.returned_value_web,
    money.returned_value_app,
    cast(money.gross_revenue - money.returned_value as decimal(18, 2)) as net_revenue,
    cast(money.gross_revenue_store - money.returned_value_store as decimal(18, 2)) as net_revenue_store,
    cast(money.gross_revenue_web - money.returned_value_web as decimal(18, 2)) as net_revenue_web,
    cast(money.gross_revenue_app - money.returned_value_app as decimal(18, 2)) as net_revenue_app,
    cast(round(money.gross_revenue / nullif(money.count_orders, 0), 2) as decimal(18, 2))
        as average_order_value,
    money.first_purchase_at,
    money.last_purchase_at,
    money.last_purchase_store_at,
    money.last_purchase_web_at,
    money.last_purchase_app_at,
    coalesce(channel_totals.channels, '') as channels,
    cast(coalesce(channel_totals.count_touchpoints, 0) as bigint) as count_touchpoints,
    channel_totals.last_touchpoint_at,
    channel_totals.last_touchpoint_channel,
    channel_totals.last_store_at,
    channel_totals.last_web_at,
    channel_totals.last_app_at,
    channel_totals.last_social_at,
    channel_totals.last_support_at,
    reach.consent_email,
    reach.consent_email_at,
    reach.consent_sms,
    reach.consent_sms_at,
    reach.consent_push,
    reach.consent_push_at,
    case
        when reach.is_erasure_requested then cast([] as varchar[])
        else list_concat(
            case
                when reach.consent_email = 'in' and golden_record.email is not null then ['email']
                else cast([] as varchar[])
            end,
            case
                when reach.consent_sms = 'in' and golden_record.phone is not null then ['sms']
                else cast([] as varchar[])
            end,
            case
                when reach.consent_push = 'in' and reach.has_device then ['push']
                else cast([] as varchar[])
            end
        )
    end as reachable_by,
    coalesce(ticket_totals.count_tickets, 0) as count_tickets,
    coalesce(ticket_totals.count_open_tickets, 0) as count_open_tickets,
    ticket_totals.last_ticket_at,
    survey_totals.last_csat_score,
    survey_totals.last_csat_at,
    survey_totals.first_low_csat_at,
    survey_totals.last_nps_score,
    survey_totals.last_nps_at,
    reach.has_card,
    coalesce(reservation_totals.reservations_waiting, 0) as reservations_waiting,
    reach.is_erasure_requested,
    coalesce(recent_orders.recent_orders, []) as recent_orders,
    coalesce(recent_touchpoints.recent_touchpoints, []) as recent_touchpoints
from identified
inner join money on identified.customer_id = money.customer_id
inner join reach on identified.customer_id = reach.customer_id
left join golden_record on identified.customer_id = golden_record.customer_id
left join channel_totals on identified.customer_id = channel_totals.customer_id
left join ticket_totals on identified.customer_id = ticket_totals.customer_id
left join survey_totals on identified.customer_id = survey_totals.customer_id
left join reservation_totals on identified.customer_id = reservation_totals.customer_id
left join recent_orders on identified.customer_id = recent_orders.customer_id
left join recent_touchpoints on identified.customer_id = recent_touchpoints.customer_id
