"""The 360 view: everything a support agent wants to see of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cdp.serving.match import Match, match_customer
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

CHANNELS = ("store", "web", "app")
CONSENT_CHANNELS = ("email", "sms", "push")

_LAST_RUN = """
select run_id, business_date, as_of
from runs
order by as_of desc, run_id desc
limit 1
"""

_PURCHASES = """
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

_WITHOUT_RATE = """
select upper(currency) as currency, count(*) as count_orders, sum(gross_revenue) as amount
from orders
where customer_id = $customer_id
    and counted_as is not null
    and revenue is null
group by upper(currency)
order by currency
"""

_CART = """
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

_POINTS = """
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

_MESSAGES = """
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

_HOUSEHOLD = """
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

_CONTACTS = """
select contacted_at, channel, ticket_id, hours_to_first_answer, hours_to_solution, is_repeat_7d
from support_contacts
where customer_id = $customer_id
order by contacted_at desc, contact_id
limit $limit
"""

_IDENTIFIERS = """
select identifier_type, identifier_value, first_seen_at, last_seen_at, count_records
from identifiers
where customer_id = $customer_id
order by identifier_type, count_records desc, identifier_value
"""

_UNREACHABLE = """
select channel, identifier_value as contact, reason, detail, since, until
from unreachable_contacts
semi join (
    select identifier_type, identifier_value
    from identifiers
    where customer_id = $customer_id
) as own using (identifier_type, identifier_value)
order by channel, identifier_value, reason
"""

_FEEDS = """
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

_OPEN_TICKETS = """
select ticket_id, opened_at, status, priority, channel, subject, order_id
from tickets
where customer_id = $customer_id
    and is_open
    and opened_at < $as_of
order by opened_at desc, ticket_id
"""

_RESERVATIONS = """
select created_at, ready_at, status, store_id, sku, quantity
from fulfilments
where customer_id = $customer_id
    and status in ('created', 'ready')
    and created_at < $as_of
order by created_at desc, fulfilment_id
"""

_RETURNS = """
select returned_at, return_channel, order_id, sku, quantity, amount
from returns
where customer_id = $customer_id
    and (returned_at is null or returned_at < $as_of)
order by returned_at desc nulls last, return_id
limit $limit
"""

_SEGMENTS = """
select segment_memberships.segment, segments.title, segment_memberships.valid_from
from segment_memberships
inner join segments using (segment)
where segment_memberships.customer_id = $customer_id
    and segment_memberships.valid_to is null
order by segment_memberships.segment
"""

_ORIGINS = """
select attribute, value, feed, record_id, observed_at, reason
from profile_attributes
where customer_id = $customer_id
    and is_chosen
order by attribute, feed, record_id
"""


@dataclass(frozen=True)
class Customer360:
    """One customer, as known at the end of ``business_date`` in the run ``run_id``.

    ``profile`` is ``None`` for an anonymous one; every table is a ``Rows`` (``.frame()``).
    """

    customer_id: str
    found_by: str
    business_date: date
    run_id: str
    identity: Mapping[str, Any]
    profile: Mapping[str, Any] | None
    identifiers: Rows
    feeds: Rows
    consents: Rows
    unreachable: Rows
    household: Rows
    orders_by_channel: Rows
    orders_without_rate: Rows
    open_cart: Rows
    points: Rows
    purchases: Rows
    returns: Rows
    reservations: Rows
    open_tickets: Rows
    support_contacts: Rows
    messages: Rows
    segments: Rows
    origins: Rows

    def as_document(self) -> dict[str, Any]:
        """Everything as nested plain values, for JSON."""
        content = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: list(value) if isinstance(value, Rows) else value for name, value in content.items()}


def view_customer(reader: Reader, key: str, *, limit: int = 5) -> Customer360:
    """The 360 view of the customer that ``key`` names, with the latest ``limit`` purchases, returns and contacts.

    Raises ``NotFoundError``.
    """
    match = match_customer(reader, key)
    return _view(reader, match, limit)


def _view(reader: Reader, match: Match, limit: int) -> Customer360:
    run = next(iter(reader.fetch(_LAST_RUN)))
    given: dict[str, object] = {"customer_id": match.customer_id, "as_of": run["as_of"], "limit": limit}

    def fetch(sql: str) -> Rows:
        return reader.fetch(sql, {name: value for name, value in given.items() if f"${name}" in sql})

    identity = next(iter(fetch("select * from customers where customer_id = $customer_id")))
    profile = next(iter(fetch("select * from profiles where customer_id = $customer_id")), None)
    given["household_id"] = (profile or {}).get("household_id")
    return Customer360(
        match.customer_id,
        match.found_by,
        run["business_date"],
        run["run_id"],
        identity,
        profile,
        identifiers=fetch(_IDENTIFIERS),
        feeds=fetch(_FEEDS),
        consents=_consents(profile or {}),
        unreachable=fetch(_UNREACHABLE),
        household=fetch(_HOUSEHOLD),
        orders_by_channel=_orders_by_channel(profile or {}),
        orders_without_rate=fetch(_WITHOUT_RATE),
        open_cart=fetch(_CART),
        points=fetch(_POINTS),
        purchases=fetch(_PURCHASES),
        returns=fetch(_RETURNS),
        reservations=fetch(_RESERVATIONS),
        open_tickets=fetch(_OPEN_TICKETS),
        support_contacts=fetch(_CONTACTS),
        messages=fetch(_MESSAGES),
        segments=fetch(_SEGMENTS),
        origins=fetch(_ORIGINS),
    )


def _consents(profile: Mapping[str, Any]) -> Rows:
    reachable = profile.get("reachable_by") or []
    return Rows.of(
        ("channel", "status", "stated_at", "is_reachable"),
        [
            {
                "channel": channel,
                "status": profile.get(f"consent_{channel}"),
                "stated_at": profile.get(f"consent_{channel}_at"),
                "is_reachable": channel in reachable,
            }
            for channel in CONSENT_CHANNELS
        ],
    )


def _orders_by_channel(profile: Mapping[str, Any]) -> Rows:
    return Rows.of(
        ("channel", "count_orders", "gross_revenue", "net_revenue", "last_purchase_at"),
        [
            {
                "channel": channel,
                "count_orders": profile.get(f"count_orders_{channel}"),
                "gross_revenue": profile.get(f"gross_revenue_{channel}"),
                "net_revenue": profile.get(f"net_revenue_{channel}"),
                "last_purchase_at": profile.get(f"last_purchase_{channel}_at"),
            }
            for channel in CHANNELS
        ],
    )
