-- The 360-degree view: golden record, household, purchases, open cart, points, presence, consent, messages, support.
-- grain: one row per customer who is not anonymous
-- runs on: duckdb
with
identified as (
    select customer_id, needs_review
    from customers
    where not is_anonymous
),
asked as (
    select distinct customer_id from erasure_matches
),
joined as (
    select
        identified.customer_id,
        coalesce(identified.needs_review, false) as needs_review,
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
        coalesce(order_totals.count_orders, 0) as count_orders,
        coalesce(order_totals.count_orders_store, 0) as count_orders_store,
        coalesce(order_totals.count_orders_web, 0) as count_orders_web,
        coalesce(order_totals.count_orders_app, 0) as count_orders_app,
        cast(coalesce(order_totals.gross_revenue, 0) as decimal(18, 2)) as gross_revenue,
        cast(coalesce(order_totals.gross_revenue_store, 0) as decimal(18, 2)) as gross_revenue_store,
        cast(coalesce(order_totals.gross_revenue_web, 0) as decimal(18, 2)) as gross_revenue_web,
        cast(coalesce(order_totals.gross_revenue_app, 0) as decimal(18, 2)) as gross_revenue_app,
        coalesce(order_totals.count_orders_probable, 0) as count_orders_probable,
        cast(coalesce(order_totals.gross_revenue_probable, 0) as decimal(18, 2)) as gross_revenue_probable,
        cast(coalesce(return_totals.returned_value_probable, 0) as decimal(18, 2)) as returned_value_probable,
        coalesce(return_totals.count_returns, 0) as count_returns,
        cast(coalesce(return_totals.returned_value, 0) as decimal(18, 2)) as returned_value,
        cast(coalesce(return_totals.returned_value_store, 0) as decimal(18, 2)) as returned_value_store,
        cast(coalesce(return_totals.returned_value_web, 0) as decimal(18, 2)) as returned_value_web,
        cast(coalesce(return_totals.returned_value_app, 0) as decimal(18, 2)) as returned_value_app,
        order_totals.first_purchase_at,
        order_totals.last_purchase_at,
        order_totals.last_purchase_store_at,
        order_totals.last_purchase_web_at,
        order_totals.last_purchase_app_at,
        usual_stores.store_id as usual_store_id,
        asked.customer_id is not null as is_erasure_requested,
        households.household_id as shared_household_id,
        households.count_members,
        cart_totals.open_cart_id,
        cart_totals.open_cart_items,
        cast(coalesce(cart_totals.open_cart_value, 0) as decimal(18, 2)) as open_cart_value,
        cart_totals.open_cart_began_at,
        cart_totals.open_cart_began_channel,
        cart_totals.open_cart_began_device,
        cart_totals.open_cart_last_touched_at,
        coalesce(cart_totals.open_cart_devices, 0) as open_cart_devices,
        coalesce(cart_totals.count_abandoned_carts, 0) as count_abandoned_carts,
        coalesce(loyalty_totals.loyalty_balance, 0) as loyalty_balance,
        coalesce(loyalty_totals.points_earned, 0) as points_earned,
        coalesce(loyalty_totals.points_burned, 0) as points_burned,
        coalesce(loyalty_totals.points_expired, 0) as points_expired,
        coalesce(message_totals.count_messages, 0) as count_messages,
        coalesce(message_totals.count_messages_opened, 0) as count_messages_opened,
        coalesce(message_totals.count_messages_clicked, 0) as count_messages_clicked,
        message_totals.last_message_at,
        message_totals.last_email_clicked_at,
        coalesce(channel_totals.channels, '') as channels,
        cast(coalesce(channel_totals.count_touchpoints, 0) as bigint) as count_touchpoints,
        channel_totals.last_touchpoint_at,
        channel_totals.last_touchpoint_channel,
        channel_totals.last_store_at,
        channel_totals.last_web_at,
        channel_totals.last_app_at,
        channel_totals.last_social_at,
        channel_totals.last_support_at,
        consent_totals.consent_email,
        consent_totals.consent_email_at,
        consent_totals.consent_sms,
        consent_totals.consent_sms_at,
        consent_totals.consent_push,
        consent_totals.consent_push_at,
        coalesce(contact_points.takes_email, false) as takes_email,
        coalesce(contact_points.takes_sms, false) as takes_sms,
        coalesce(contact_points.takes_push, false) as takes_push,
        coalesce(ticket_totals.count_tickets, 0) as count_tickets,
        coalesce(ticket_totals.count_open_tickets, 0) as count_open_tickets,
        ticket_totals.last_ticket_at,
        coalesce(support_totals.count_support_contacts, 0) as count_support_contacts,
        coalesce(support_totals.count_repeat_contacts_7d, 0) as count_repeat_contacts_7d,
        support_totals.last_support_contact_at,
        survey_totals.last_csat_score,
        survey_totals.last_csat_at,
        survey_totals.first_low_csat_at,
        survey_totals.last_nps_score,
        survey_totals.last_nps_at,
        coalesce(identifier_totals.count_cards, 0) > 0 as has_card,
        coalesce(reservation_totals.reservations_waiting, 0) as reservations_waiting,
        coalesce(survey_history.survey_history, []) as survey_history,
        coalesce(recent_orders.recent_orders, []) as recent_orders,
        coalesce(recent_touchpoints.recent_touchpoints, []) as recent_touchpoints
    from identified
    left join golden_record on identified.customer_id = golden_record.customer_id
    left join order_totals on identified.customer_id = order_totals.customer_id
    left join return_totals on identified.customer_id = return_totals.customer_id
    left join usual_stores on identified.customer_id = usual_stores.customer_id
    left join household_members on identified.customer_id = household_members.customer_id
    left join households on household_members.household_id = households.household_id
    left join cart_totals on identified.customer_id = cart_totals.customer_id
    left join loyalty_totals on identified.customer_id = loyalty_totals.customer_id
    left join message_totals on identified.customer_id = message_totals.customer_id
    left join channel_totals on identified.customer_id = channel_totals.customer_id
    left join consent_totals on identified.customer_id = consent_totals.customer_id
    left join identifier_totals on identified.customer_id = identifier_totals.customer_id
    left join contact_points on identified.customer_id = contact_points.customer_id
    left join asked on identified.customer_id = asked.customer_id
    left join ticket_totals on identified.customer_id = ticket_totals.customer_id
    left join support_totals on identified.customer_id = support_totals.customer_id
    left join survey_totals on identified.customer_id = survey_totals.customer_id
    left join reservation_totals on identified.customer_id = reservation_totals.customer_id
    left join survey_history on identified.customer_id = survey_history.customer_id
    left join recent_orders on identified.customer_id = recent_orders.customer_id
    left join recent_touchpoints on identified.customer_id = recent_touchpoints.customer_id
)
select
    customer_id,
    full_name,
    first_name,
    last_name,
    birth_date,
    gender,
    email,
    phone,
    street,
    city,
    postcode,
    country,
    loyalty_card,
    shop_customer_id,
    needs_review,
    count_orders,
    count_orders_store,
    count_orders_web,
    count_orders_app,
    gross_revenue,
    gross_revenue_store,
    gross_revenue_web,
    gross_revenue_app,
    count_orders_probable,
    gross_revenue_probable,
    returned_value_probable,
    count_returns,
    returned_value,
    returned_value_store,
    returned_value_web,
    returned_value_app,
    cast(gross_revenue - returned_value as decimal(18, 2)) as net_revenue,
    cast(gross_revenue_store - returned_value_store as decimal(18, 2)) as net_revenue_store,
    cast(gross_revenue_web - returned_value_web as decimal(18, 2)) as net_revenue_web,
    cast(gross_revenue_app - returned_value_app as decimal(18, 2)) as net_revenue_app,
    cast(round(gross_revenue / nullif(count_orders, 0), 2) as decimal(18, 2)) as average_order_value,
    first_purchase_at,
    last_purchase_at,
    last_purchase_store_at,
    last_purchase_web_at,
    last_purchase_app_at,
    usual_store_id,
    case when not is_erasure_requested then shared_household_id end as household_id,
    case when is_erasure_requested then 1 else coalesce(count_members, 1) end as household_size,
    open_cart_id,
    open_cart_items,
    open_cart_value,
    open_cart_began_at,
    open_cart_began_channel,
    open_cart_began_device,
    open_cart_last_touched_at,
    open_cart_devices,
    count_abandoned_carts,
    loyalty_balance,
    points_earned,
    points_burned,
    points_expired,
    count_messages,
    count_messages_opened,
    count_messages_clicked,
    last_message_at,
    last_email_clicked_at,
    channels,
    count_touchpoints,
    last_touchpoint_at,
    last_touchpoint_channel,
    last_store_at,
    last_web_at,
    last_app_at,
    last_social_at,
    last_support_at,
    consent_email,
    consent_email_at,
    consent_sms,
    consent_sms_at,
    consent_push,
    consent_push_at,
    case
        when is_erasure_requested then cast([] as varchar[])
        else list_concat(
            case
                when consent_email = 'in' and takes_email then ['email']
                else cast([] as varchar[])
            end,
            case
                when consent_sms = 'in' and takes_sms then ['sms']
                else cast([] as varchar[])
            end,
            case
                when consent_push = 'in' and takes_push then ['push']
                else cast([] as varchar[])
            end
        )
    end as reachable_by,
    count_tickets,
    count_open_tickets,
    last_ticket_at,
    count_support_contacts,
    count_repeat_contacts_7d,
    last_support_contact_at,
    last_csat_score,
    last_csat_at,
    first_low_csat_at,
    last_nps_score,
    last_nps_at,
    has_card,
    reservations_waiting,
    is_erasure_requested,
    survey_history,
    recent_orders,
    recent_touchpoints
from joined
