"""What the 360 view asks of the published file, each about one ``$customer_id``."""

from __future__ import annotations

LAST_RUN = """
select run_id, business_date, as_of
from runs
order by as_of desc, run_id desc
limit 1
"""

PURCHASES = """
with
items as (
    select
        order_id,
        string_agg(
            coalesce(product_name, sku, gtin, 'unknown article')
            || case
                when quantity <> 1
                    then ' x ' || regexp_replace(cast(cast(quantity as decimal(18, 3)) as varchar), '[.]?0+$', '')
                else ''
            end,
            ', ' order by line_number
        ) as items
    from order_lines
    where customer_id = $customer_id
    group by order_id
)
select
    orders.ordered_at,
    orders.channel,
    orders.order_id,
    orders.gross_revenue,
    orders.currency,
    orders.is_cancelled,
    orders.counted_as,
    items.items
from orders
left join items using (order_id)
where orders.customer_id = $customer_id
    and orders.ordered_at < $as_of
order by orders.ordered_at desc, orders.order_id
limit $limit
"""

WITHOUT_RATE = """
select upper(currency) as currency, count(*) as count_orders, sum(gross_revenue) as amount
from orders
where customer_id = $customer_id
    and counted_as is not null
    and revenue is null
group by upper(currency)
order by currency
"""

CART = """
select
    cart_items.sku,
    products.title,
    cart_items.quantity,
    cart_items.unit_price,
    cart_items.value,
    cart_items.store_id,
    cart_items.store_basis,
    cart_items.stock_available
from cart_items
inner join carts on cart_items.cart_id = carts.cart_id
left join products on cart_items.sku = products.sku
where cart_items.customer_id = $customer_id
    and carts.customer_id = $customer_id
    and carts.is_current
    and cart_items.quantity > 0
order by cart_items.sku
"""

POINTS = """
select
    loyalty_card,
    balance,
    points_earned,
    points_burned,
    points_expired,
    last_booked_at
from loyalty_accounts
where customer_id = $customer_id
order by last_booked_at desc, loyalty_card
"""

MESSAGES = """
with
named as (
    select campaign_id, channel, min(name) as campaign
    from campaigns
    group by campaign_id, channel
)
select
    messages.sent_at,
    messages.channel,
    coalesce(named.campaign, messages.campaign_id) as campaign,
    messages.is_delivered,
    messages.first_opened_at,
    messages.last_clicked_at,
    messages.unsubscribed_at
from messages
left join named on messages.campaign_id = named.campaign_id and messages.channel = named.channel
where messages.customer_id = $customer_id
order by messages.sent_at desc nulls last, messages.message_id
limit $limit
"""

HOUSEHOLD = """
with
others as (
    select unnest(members) as customer_id
    from households
    where household_id = $household_id
)
select profiles.customer_id, profiles.full_name, profiles.birth_date, profiles.net_revenue
from others
inner join profiles on others.customer_id = profiles.customer_id
where others.customer_id <> $customer_id
order by profiles.customer_id
"""

CONTACTS = """
select contacted_at, channel, ticket_id, hours_to_first_answer, hours_to_solution, is_repeat_7d
from support_contacts
where customer_id = $customer_id
order by contacted_at desc, contact_id
limit $limit
"""

IDENTIFIERS = """
select identifier_type, identifier_value, first_seen_at, last_seen_at, count_records
from identifiers
where customer_id = $customer_id
order by identifier_type, count_records desc, identifier_value
"""

UNREACHABLE_COLUMNS = ("channel", "contact", "reason", "detail", "since", "until")
UNREACHABLE = """
select channel, identifier_value as contact, reason, detail, since, until
from unreachable_contacts
semi join (
    select identifier_type, identifier_value
    from identifiers
    where customer_id = $customer_id
) as own using (identifier_type, identifier_value)
order by channel, identifier_value, reason
"""

FEEDS = """
select
    feed,
    count(*) as count_records,
    min(first_observed_at) as first_observed_at,
    max(last_observed_at) as last_observed_at
from identity_records
where customer_id = $customer_id
group by feed
order by feed
"""

OPEN_TICKETS = """
select ticket_id, opened_at, status, priority, channel, subject, order_id
from tickets
where customer_id = $customer_id
    and is_open
    and opened_at < $as_of
order by opened_at desc, ticket_id
"""

RESERVATIONS = """
select created_at, ready_at, status, store_id, sku, quantity
from fulfilments
where customer_id = $customer_id
    and status in ('created', 'ready')
    and created_at < $as_of
order by created_at desc, fulfilment_id
"""

RETURNS = """
select returned_at, return_channel, order_id, sku, quantity, amount
from returns
where customer_id = $customer_id
    and (returned_at is null or returned_at < $as_of)
order by returned_at desc nulls last, return_id
limit $limit
"""

SEGMENTS = """
select segment_memberships.segment, segments.title, segment_memberships.valid_from
from segment_memberships
inner join segments using (segment)
where segment_memberships.customer_id = $customer_id
    and segment_memberships.valid_to is null
order by segment_memberships.segment
"""

ORIGINS = """
select attribute, value, feed, record_id, observed_at, reason
from profile_attributes
where customer_id = $customer_id
    and is_chosen
order by attribute, feed, record_id
"""
