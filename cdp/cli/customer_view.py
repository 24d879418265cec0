"""The 360 view as a support agent reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cdp.cli.output import console, counted, words

if TYPE_CHECKING:
    from cdp.serving import Customer360, Rows

RATES = "Deliver rates: 'cdp feed add --preset exchange-rates', or 'cdp feed add FILE' for a file you have"
_SHOWN_IDENTIFIERS = 4
_TICKET_COLUMNS = ("ticket_id", "opened_at", "status", "priority", "subject")
_CART_COLUMNS = ("sku", "title", "quantity", "value", "store_id", "store_basis", "stock_available")
_POINT_COLUMNS = ("loyalty_card", "balance", "points_earned", "points_burned", "points_expired", "last_booked_at")
_ORIGIN_COLUMNS = ("attribute", "value", "feed", "observed_at", "reason")


def print_customer(customer: Customer360) -> None:
    """Print who it is, contacts, consent, money, purchases, service, segments and origins."""
    from rich.rule import Rule

    out = console()
    profile = customer.profile or {}
    unnamed = "Customer without a name" if customer.profile else "Anonymous customer"
    out.print(Rule(f"{profile.get('full_name') or unnamed}  ·  {customer.customer_id}", align="left"))
    _print_facts(_who(customer))
    for title, rows in (
        ("Consent", _named(customer.consents, ("channel", "status", "stated_at", "is_reachable"))),
        ("Contacts not to be written to", customer.unreachable),
        ("Household: customers of their own, consent is each one's", customer.household),
        ("Orders by channel", customer.orders_by_channel),
        ("Last purchases", _named(customer.purchases, _purchase_columns(customer.purchases))),
        ("Open cart", _named(customer.open_cart, _CART_COLUMNS)),
        ("Loyalty points", _named(customer.points, _POINT_COLUMNS)),
        ("Returns", customer.returns),
        ("Reservations waiting", customer.reservations),
        ("Open tickets", _named(customer.open_tickets, _TICKET_COLUMNS)),
        ("Asked for help", customer.support_contacts),
        ("Last messages", customer.messages),
        ("Segments", customer.segments),
        ("Where each value comes from", _named(customer.origins, _ORIGIN_COLUMNS)),
    ):  # fmt: skip
        if len(rows) and (customer.profile or title not in ("Consent", "Orders by channel")):
            _print_section(title, rows)


def _who(customer: Customer360) -> Iterator[tuple[str, str]]:
    profile, identity = customer.profile or {}, customer.identity
    yield "found by", customer.found_by
    if identity["needs_review"]:
        yield "attention", "a guard doubts that these records are one person; a steward should look"
    if profile.get("is_erasure_requested"):
        yield "attention", "asked to be forgotten: do not contact"
    if profile:
        yield from _person(profile)
    yield "identifiers", " · ".join(_identifiers(customer.identifiers))
    feeds = ", ".join(f"{row['feed']} ({row['count_records']})" for row in customer.feeds)
    yield "known from", f"{counted(identity['count_records'], 'record')}: {feeds}"
    yield "seen", f"{words(identity['first_seen_at'])} to {words(identity['last_seen_at'])}"
    if profile:
        yield from _figures(profile)
    for row in customer.orders_without_rate:
        yield (
            "not in it",
            (
                f"{counted(row['count_orders'], 'order')} in {row['currency']} worth {words(row['amount'])} without "
                f"exchange rate: in no sum. {RATES}"
            ),
        )


def _person(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    address = ", ".join(str(profile[name]) for name in ("street", "postcode", "city", "country") if profile.get(name))
    for label, value in (
        ("e-mail", profile.get("email")),
        ("phone", profile.get("phone")),
        ("address", address),
        ("born", profile.get("birth_date")),
        ("loyalty card", profile.get("loyalty_card")),
        ("shop account", profile.get("shop_customer_id")),
    ):
        if value:
            yield label, words(value)


def _figures(profile: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield (
        "orders",
        (
            f"{profile['count_orders']}, gross {words(profile['gross_revenue'])}, "
            f"returned {words(profile['returned_value'])}, net {words(profile['net_revenue'])}, "
            f"average {words(profile['average_order_value']) or 'none'}"
        ),
    )
    if profile.get("count_orders_probable"):
        yield (
            "probably too",
            (
                f"{profile['count_orders_probable']} more, gross {words(profile['gross_revenue_probable'])}: "
                "only a name ties them"
            ),
        )
    if profile.get("open_cart_id"):
        yield "open cart", _cart(profile)
    if profile.get("loyalty_balance"):
        yield "points", f"{profile['loyalty_balance']}"
    if profile.get("count_messages"):
        yield (
            "messages",
            (
                f"{profile['count_messages']}, opened {profile['count_messages_opened']}, "
                f"clicked {profile['count_messages_clicked']}, last {words(profile['last_message_at'])}"
            ),
        )
    if profile.get("last_touchpoint_at"):
        yield "last contact", f"{words(profile['last_touchpoint_at'])}, {profile['last_touchpoint_channel']}"
    again = profile.get("count_repeat_contacts_7d")
    yield (
        "tickets",
        f"{profile['count_open_tickets']} open of {profile['count_tickets']}"
        + (f"; asked again within a week {again} times" if again else ""),
    )
    csat, nps = profile.get("last_csat_score"), profile.get("last_nps_score")
    if csat is not None:
        yield "last CSAT", f"{csat} of 5 on {words(profile['last_csat_at'])}"
    if nps is not None:
        yield "last NPS", f"{nps} of 10 on {words(profile['last_nps_at'])}"


def _cart(profile: Mapping[str, Any]) -> str:
    devices = profile["open_cart_devices"]
    return (
        f"{words(profile['open_cart_value'])}, begun {words(profile['open_cart_began_at'])} in the "
        f"{profile['open_cart_began_channel']} on {profile['open_cart_began_device']}, "
        f"on {devices} device{'s' if devices != 1 else ''}, last touched {words(profile['open_cart_last_touched_at'])}"
    )


def _identifiers(identifiers: Rows) -> Iterator[str]:
    by_type: dict[str, list[str]] = {}
    for row in identifiers:
        by_type.setdefault(row["identifier_type"].replace("_", " "), []).append(str(row["identifier_value"]))
    for kind, values in by_type.items():
        more = f" and {len(values) - _SHOWN_IDENTIFIERS} more" if len(values) > _SHOWN_IDENTIFIERS else ""
        yield f"{kind} {', '.join(values[:_SHOWN_IDENTIFIERS])}{more}"


def _purchase_columns(purchases: Rows) -> tuple[str, ...]:
    columns = ["ordered_at", "channel", "order_id", "gross_revenue", "currency", "items"]
    if any(row["is_cancelled"] for row in purchases):
        columns.append("is_cancelled")
    if any(row["counted_as"] == "probable" for row in purchases):
        columns.append("counted_as")
    return tuple(columns)


def _named(rows: Rows, columns: tuple[str, ...]) -> Rows:
    from cdp.serving import Rows as Table

    return Table.of(columns, list(rows))


def _print_facts(facts: Iterable[tuple[str, str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 2))
    for label, value in facts:
        grid.add_row(Text(label, style="dim"), Text(value))
    console().print(grid)


def _print_section(title: str, rows: Rows) -> None:
    from cdp.cli.options import Format
    from cdp.cli.output import print_rows

    print_rows(rows, Format.table, title=title)
