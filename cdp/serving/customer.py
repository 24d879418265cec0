"""The 360 view: everything a support agent wants to see of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cdp.serving import customer_rows as rows
from cdp.serving import customer_sql as sql
from cdp.serving.match import Match, match_customer
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows


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
    run = next(iter(reader.fetch(sql.RUNS).ordered("-as_of", "-run_id")))
    given: dict[str, object] = {"customer_id": match.customer_id, "as_of": run["as_of"]}

    def fetch(query: str, **more: object) -> Rows:
        return reader.fetch(query, {name: value for name, value in (given | more).items() if f"${name}" in query})

    identity = next(iter(fetch("select * from customers where customer_id = $customer_id")))
    profile = next(iter(fetch("select * from profiles where customer_id = $customer_id")), None)
    known = profile or {}
    identifiers = fetch(sql.IDENTIFIERS).ordered("identifier_type", "-count_records", "identifier_value")
    orders = fetch(sql.ORDERS)
    has_lists = "unreachable_contacts" in reader.tables()  # files of earlier versions have none
    contacts = fetch(sql.CONTACTS).ordered("-contacted_at", "contact_id", limit=limit)
    return Customer360(
        match.customer_id,
        match.found_by,
        run["business_date"],
        run["run_id"],
        identity,
        profile,
        identifiers=identifiers,
        feeds=rows.feeds(fetch(sql.RECORDS)),
        consents=rows.consents(known),
        unreachable=rows.unreachable(fetch, identifiers) if has_lists else Rows.of(rows.UNREACHABLE, []),
        household=rows.household(fetch, known.get("household_id")),
        orders_by_channel=rows.orders_by_channel(known),
        orders_without_rate=rows.orders_without_rate(orders),
        open_cart=rows.open_cart(fetch),
        points=fetch(sql.POINTS).ordered("-last_booked_at", "loyalty_card"),
        purchases=rows.purchases(orders, fetch(sql.ORDER_LINES), run["as_of"], limit),
        returns=fetch(sql.RETURNS).ordered("-returned_at", "return_id", limit=limit).without("return_id"),
        reservations=fetch(sql.RESERVATIONS).ordered("-created_at", "fulfilment_id").without("fulfilment_id"),
        open_tickets=fetch(sql.OPEN_TICKETS).ordered("-opened_at", "ticket_id"),
        support_contacts=contacts.without("contact_id"),
        messages=rows.messages(fetch, limit),
        segments=rows.segments(fetch),
        origins=fetch(sql.ORIGINS).ordered("attribute", "feed", "record_id"),
    )
