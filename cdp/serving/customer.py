"""The 360 view: everything a support agent wants to see of one customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from cdp.serving import customer_sql as sql
from cdp.serving.match import Match, match_customer
from cdp.serving.reader import Reader
from cdp.serving.rows import Rows

CHANNELS = ("store", "web", "app")
CONSENT_CHANNELS = ("email", "sms", "push")


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
    run = next(iter(reader.fetch(sql.LAST_RUN)))
    given: dict[str, object] = {"customer_id": match.customer_id, "as_of": run["as_of"], "limit": limit}

    def fetch(query: str) -> Rows:
        return reader.fetch(query, {name: value for name, value in given.items() if f"${name}" in query})

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
        identifiers=fetch(sql.IDENTIFIERS),
        feeds=fetch(sql.FEEDS),
        consents=_consents(profile or {}),
        unreachable=fetch(sql.UNREACHABLE) if _has_lists(reader) else Rows.of(sql.UNREACHABLE_COLUMNS, []),
        household=fetch(sql.HOUSEHOLD),
        orders_by_channel=_orders_by_channel(profile or {}),
        orders_without_rate=fetch(sql.WITHOUT_RATE),
        open_cart=fetch(sql.CART),
        points=fetch(sql.POINTS),
        purchases=fetch(sql.PURCHASES),
        returns=fetch(sql.RETURNS),
        reservations=fetch(sql.RESERVATIONS),
        open_tickets=fetch(sql.OPEN_TICKETS),
        support_contacts=fetch(sql.CONTACTS),
        messages=fetch(sql.MESSAGES),
        segments=fetch(sql.SEGMENTS),
        origins=fetch(sql.ORIGINS),
    )


def _has_lists(reader: Reader) -> bool:
    """Whether the file was published by a version that knows of contacts that must not be written to."""
    return bool(reader.fetch("select 1 from duckdb_tables() where table_name = 'unreachable_contacts'").rows)


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
