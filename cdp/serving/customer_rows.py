"""Tables of the 360 view that are put together from more than one look-up, about one customer each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from cdp.serving import customer_sql as sql
from cdp.serving.rows import Rows

Fetch = Callable[..., Rows]
"""A query and its further parameters in, the customer's rows out."""

CHANNELS = ("store", "web", "app")
CONSENT_CHANNELS = ("email", "sms", "push")
UNREACHABLE = ("channel", "contact", "reason", "detail", "since", "until")
_PURCHASES = (
    "ordered_at",
    "channel",
    "order_id",
    "gross_revenue",
    "currency",
    "is_cancelled",
    "counted_as",
    "items",
)


def _article(line: Mapping[str, Any]) -> str:
    name = next((line[key] for key in ("product_name", "sku", "gtin") if line[key] is not None), "unknown article")
    quantity = line["quantity"]
    if quantity is None or quantity == 1:
        return str(name)
    return f"{name} x {f'{Decimal(quantity):.3f}'.rstrip('0').rstrip('.')}"


def purchases(orders: Rows, lines: Rows, as_of: datetime, limit: int) -> Rows:
    """The latest ``limit`` orders placed before ``as_of``, each with its articles in words."""
    shown = [order for order in orders.ordered("-ordered_at", "order_id") if order["ordered_at"] < as_of][:limit]
    articles: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines.ordered("line_number"):
        articles[line["order_id"]].append(_article(line))
    named = {order_id: ", ".join(found) for order_id, found in articles.items()}
    return Rows.of(_PURCHASES, [{**order, "items": named.get(order["order_id"])} for order in shown])


def orders_without_rate(orders: Rows) -> Rows:
    """Sums by currency of the counted orders for which no exchange rate was given."""
    found: defaultdict[str | None, list[Decimal]] = defaultdict(list)
    for order in orders:
        if order["counted_as"] is not None and order["revenue"] is None:
            currency = order["currency"]
            found[None if currency is None else currency.upper()].append(order["gross_revenue"])
    return Rows.of(
        ("currency", "count_orders", "amount"),
        [
            {"currency": currency, "count_orders": len(amounts), "amount": _sum(amounts)}
            for currency, amounts in sorted(found.items(), key=lambda item: (item[0] is None, item[0]))
        ],
    )


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def open_cart(fetch: Fetch) -> Rows:
    """What lies in the customer's current cart, with its titles and the stock near them."""
    carts = {cart_id for (cart_id,) in fetch(sql.CURRENT_CARTS).rows}
    items = [item for item in fetch(sql.CART_ITEMS).ordered("sku") if item["cart_id"] in carts] if carts else []
    titles = dict(fetch(sql.TITLES, skus=[item["sku"] for item in items]).rows) if items else {}
    return Rows.of(
        ("sku", "title", "quantity", "unit_price", "value", "store_id", "store_basis", "stock_available"),
        [{**item, "title": titles.get(item["sku"])} for item in items],
    )


def messages(fetch: Fetch, limit: int) -> Rows:
    """The latest ``limit`` messages sent to the customer, by the campaign's name where it is known."""
    sent = fetch(sql.MESSAGES).ordered("-sent_at", "message_id", limit=limit)
    campaigns = sorted({item["campaign_id"] for item in sent if item["campaign_id"] is not None})
    named: dict[tuple[str, str], str] = {}
    for campaign_id, channel, name in fetch(sql.CAMPAIGNS, campaigns=campaigns).rows if campaigns else ():
        if name is not None:
            named[campaign_id, channel] = min(name, named.get((campaign_id, channel), name))
    return Rows.of(
        ("sent_at", "channel", "campaign", "is_delivered", "first_opened_at", "last_clicked_at", "unsubscribed_at"),
        [{**item, "campaign": named.get((item["campaign_id"], item["channel"]), item["campaign_id"])} for item in sent],
    )


def household(fetch: Fetch, household_id: str | None) -> Rows:
    """The others of the customer's household."""
    found = fetch(sql.HOUSEHOLD, household_id=household_id).rows if household_id is not None else ()
    if not found:
        return Rows.of(("customer_id", "full_name", "birth_date", "net_revenue"), [])
    return fetch(sql.MEMBERS, members=found[0][0]).ordered("customer_id")


def unreachable(fetch: Fetch, identifiers: Rows) -> Rows:
    """The customer's contacts that must not be written to, with the reasons."""
    own = {(item["identifier_type"], item["identifier_value"]) for item in identifiers}
    found = fetch(sql.UNREACHABLE, contacts=[value for _, value in own]).ordered("channel", "contact", "reason")
    return Rows.of(
        UNREACHABLE,
        [row for row in found if (row["identifier_type"], row["contact"]) in own],
    )


def feeds(records: Rows) -> Rows:
    """How many of the customer's records came from each feed, and when they were seen."""
    by_feed: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for record in records:
        by_feed[record["feed"]].append(record)

    def seen(found: Sequence[Mapping[str, Any]], name: str) -> list[datetime]:
        return [record[name] for record in found if record[name] is not None]

    return Rows.of(
        ("feed", "count_records", "first_observed_at", "last_observed_at"),
        [
            {
                "feed": feed,
                "count_records": len(found),
                "first_observed_at": min(seen(found, "first_observed_at"), default=None),
                "last_observed_at": max(seen(found, "last_observed_at"), default=None),
            }
            for feed, found in sorted(by_feed.items())
        ],
    )


def segments(fetch: Fetch) -> Rows:
    """The segments the customer is in now."""
    held = fetch(sql.MEMBERSHIPS).ordered("segment")
    titles = dict(fetch(sql.SEGMENTS).rows) if held else {}
    return Rows.of(
        ("segment", "title", "valid_from"),
        [{**row, "title": titles[row["segment"]]} for row in held if row["segment"] in titles],
    )


def consents(profile: Mapping[str, Any]) -> Rows:
    """What the customer said to each channel of messages, and whether they can be reached on it."""
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


def orders_by_channel(profile: Mapping[str, Any]) -> Rows:
    """Orders and money of each channel of sale."""
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
