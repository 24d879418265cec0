"""What the 360 view asks of the published file: plain look-ups in one table each.

DuckDB plans a join or a sort longer than it reads one customer's rows, so ``customer_rows`` joins and sorts them.
"""

from __future__ import annotations

RUNS = "select run_id, business_date, as_of from runs"

ORDERS = """
select ordered_at, channel, order_id, gross_revenue, currency, is_cancelled, counted_as, revenue
from orders
where customer_id = $customer_id
"""

ORDER_LINES = """
select order_id, line_number, product_name, sku, gtin, quantity
from order_lines
where customer_id = $customer_id
"""

CURRENT_CARTS = "select cart_id from carts where customer_id = $customer_id and is_current"

CART_ITEMS = """
select cart_id, sku, quantity, unit_price, value, store_id, store_basis, stock_available
from cart_items
where customer_id = $customer_id
    and quantity > 0
"""

TITLES = "select sku, title from products where list_contains($skus, sku)"

POINTS = """
select loyalty_card, balance, points_earned, points_burned, points_expired, last_booked_at
from loyalty_accounts
where customer_id = $customer_id
"""

MESSAGES = """
select message_id, campaign_id, sent_at, channel, is_delivered, first_opened_at, last_clicked_at, unsubscribed_at
from messages
where customer_id = $customer_id
"""

CAMPAIGNS = "select campaign_id, channel, name from campaigns where list_contains($campaigns, campaign_id)"

HOUSEHOLD = "select members from households where household_id = $household_id"

MEMBERS = """
select customer_id, full_name, birth_date, net_revenue
from profiles
where list_contains($members, customer_id)
    and customer_id <> $customer_id
"""

CONTACTS = """
select contact_id, contacted_at, channel, ticket_id, hours_to_first_answer, hours_to_solution, is_repeat_7d
from support_contacts
where customer_id = $customer_id
"""

IDENTIFIERS = """
select identifier_type, identifier_value, first_seen_at, last_seen_at, count_records
from identifiers
where customer_id = $customer_id
"""

UNREACHABLE = """
select identifier_type, channel, identifier_value as contact, reason, detail, since, until
from unreachable_contacts
where list_contains($contacts, identifier_value)
"""

RECORDS = "select feed, first_observed_at, last_observed_at from identity_records where customer_id = $customer_id"

OPEN_TICKETS = """
select ticket_id, opened_at, status, priority, channel, subject, order_id
from tickets
where customer_id = $customer_id
    and is_open
    and opened_at < $as_of
"""

RESERVATIONS = """
select fulfilment_id, created_at, ready_at, status, store_id, sku, quantity
from fulfilments
where customer_id = $customer_id
    and status in ('created', 'ready')
    and created_at < $as_of
"""

RETURNS = """
select return_id, returned_at, return_channel, order_id, sku, quantity, amount
from returns
where customer_id = $customer_id
    and (returned_at is null or returned_at < $as_of)
"""

MEMBERSHIPS = """
select segment, valid_from
from segment_memberships
where customer_id = $customer_id
    and valid_to is null
"""

SEGMENTS = "select segment, title from segments"

ORIGINS = """
select attribute, value, feed, record_id, observed_at, reason
from profile_attributes
where customer_id = $customer_id
    and is_chosen
"""
