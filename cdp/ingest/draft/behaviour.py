"""Mapping SQL of events: who was there, what points to them, what they did."""

from __future__ import annotations

import re

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text, identifier_columns, name_fields, union
from cdp.ingest.draft.sqltext import Moments, file_of, key_text, select

_WHEN = ("occurred_at", "created_at", "received_at", "sent_at")
_CALLS = frozenset({"page", "track", "identify", "screen", "group", "alias"})
_NAMES = {
    "page_view": "Page Viewed", "pageview": "Page Viewed", "$pageview": "Page Viewed", "screen_view": "Screen Viewed",
    "view_item": "Product Viewed", "view_item_list": "Product List Viewed", "select_item": "Product Clicked",
    "add_to_cart": "Product Added", "remove_from_cart": "Product Removed", "view_cart": "Cart Viewed",
    "begin_checkout": "Checkout Started", "add_payment_info": "Payment Info Entered", "purchase": "Order Completed",
    "refund": "Order Refunded", "search": "Products Searched", "add_to_wishlist": "Product Added to Wishlist",
    "view_search_results": "Products Searched", "sign_up": "Signed Up", "login": "Signed In",
    "in_app_purchase": "Order Completed",
}  # fmt: skip
_VALUE_KEYS = ("string_value", "int_value", "double_value", "float_value")


class Events:
    """How an event export is built: calls, who made them, and parameters that stand in lists of keys and values."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.moment = Moments(export, *_WHEN).value
        self.calls = next((column for column in export.all_of("type") if _share_of_calls(column) > 0.9), None)
        meanings = ("anonymous_id", "device_id", "customer_id", "email")
        self.who = [export.all_of(meaning)[0] for meaning in meanings if export.all_of(meaning)]
        self.lists = {column.name: known for column in export.columns if (known := _parameters(column))}
        self.visitor = self._visitor()

    def _visitor(self) -> str:
        """SQL of the record a call belongs to."""
        first, *others = self.who
        if not others:
            return as_text(first)
        parts = [f"{text(column.meaning.partition('_')[0] + ':')} || {as_text(column)}" for column in others]
        expression = f"coalesce({', '.join([as_text(first), *parts])})"
        return self.export.derive("visitor_id", expression, "The browser, device or account that the event belongs to")

    def parameter(self, *names: str) -> str | None:
        """SQL of the first parameter of these names that occurs in a list of keys and values."""
        for column, known in self.lists.items():
            for name in names:
                if name in known:
                    values = ", ".join(f"p.value ->> '$.{key}'" for key in _VALUE_KEYS)
                    found = f"coalesce({values})" if known[name] else "p.value #>> '{}'"
                    entries = f"cast({column} as struct(key varchar, value json)[])"
                    return self.export.derive(
                        f"parameter_{name}",
                        f"list_transform(list_filter({entries},\n"
                        f"lambda p: p.key = {text(name)}),\nlambda p: {found})[1]",
                        f"Parameter {name} of {column}",
                    )
        return None


def _share_of_calls(column: Column) -> float:
    return sum(value.lower() in _CALLS for value in column.values) / len(column.values)


def _parameters(column: Column) -> dict[str, bool]:
    """Names of the parameters in a list of ``{"key": …, "value": …}``; true where the value is typed as in BigQuery."""
    if column.shape.kind != "array" or not column.values or '"key"' not in column.values[0]:
        return {}
    found: dict[str, bool] = {}
    for value in column.values[:2000]:
        for name, inner in re.findall(r'"key": ?"([^"]+)", ?"value": ?(\{|[^{])', value):
            found.setdefault(name, inner == "{")
    return found


def records_sql(export: Export) -> str:
    """identity_records: one per browser, device or account."""
    events = Events(export)
    if len(events.who) > 1:
        export.doubt("an event belongs to its browser or device, and only without one to the account")
    items = [
        (f"{text(export.name + ':')} || {events.visitor}", "record_id"),
        (text(export.name), "feed"),
        (events.visitor, "source_id"),
        ("'device'", "record_kind"),
        (f"min({events.moment})", "first_observed_at"),
        (f"max({events.moment})", "last_observed_at"),
        *((f"arg_max({value}, {events.moment})", name) for value, name in name_fields(export)),
    ]
    body = ["select", *select(items), f"from {export.name}", f"where {events.visitor} is not null"]
    return file_of(
        "A browser or device, with the name its user last gave.",
        "one row per browser, device or account",
        [],
        [*body, f"group by {events.visitor}"],
    )


def identifiers_sql(export: Export) -> str:
    """record_identifiers: everything a browser ever said about its user."""
    events = Events(export)
    rows = identifier_columns(export)
    if not export.has("order_id") and (order := events.parameter("transaction_id", "order_id")) is not None:
        rows.append(("order_id", order, "null"))
    names = (" as source_id", " as identifier_type", " as identifier_value", " as seen_at")
    selects = []
    for number, (kind, value, _) in enumerate(rows):
        values = zip((events.visitor, text(kind), value, events.moment), names, strict=True)
        selects.append("select " + ", ".join(f"{item}{name if number == 0 else ''}" for item, name in values))
    body = [
        "select",
        f"    {text(export.name + ':')} || source_id as record_id,",
        f"    {text(export.name)} as feed,",
        "    identifier_type,",
        "    identifier_value,",
        "    min(seen_at) as first_seen_at,",
        "    max(seen_at) as last_seen_at,",
        "    count(*) as count_seen",
        "from observed",
        "where identifier_value is not null and source_id is not null",
        "group by source_id, identifier_type, identifier_value",
    ]
    return file_of(
        "Everything a browser or device ever said about who uses it.",
        "one row per record, identifier type and value",
        [["observed as (", *union(selects, export.name), ")"]],
        body,
    )


def _event_name(export: Export, events: Events) -> str:
    column = export.first_of("event_name")
    assert column is not None
    name = column.name
    if known := sorted({value for value in column.values if value in _NAMES}):
        cases = "".join(f"\n        when {text(value)} then {text(_NAMES[value])}" for value in known)
        name = f"case {column.name}{cases}\n        else {column.name}\n    end"
    if events.calls is None:
        return name
    return (
        f"case lower({events.calls.name})\n        when 'page' then 'Page Viewed'\n        when 'screen' then "
        f"'Screen Viewed'\n        else coalesce({name}, 'Event Without Name')\n    end"
    )


def _session(export: Export, events: Events) -> tuple[str, list[list[str]]]:
    """SQL of the visit, and the CTEs that tell visits apart where the export does not."""
    if (column := export.first_of("session_id")) is not None:
        return f"{events.visitor} || '-' || {as_text(column)}", []
    if (found := events.parameter("ga_session_id", "session_id")) is not None:
        return f"{events.visitor} || '-' || {found}", []
    window = f"partition by {events.visitor} order by {events.moment}, {key_text(export)}"
    gaps = [
        "gaps as (",
        "    select",
        "        *,",
        "        coalesce(",
        f"            {events.moment} > lag({events.moment}) over ({window}) + interval 30 minute,",
        "            true",
        "        ) as opens_visit",
        f"    from {export.name}",
        ")",
    ]
    visits = [
        "visits as (",
        "    select",
        "        *,",
        f"        max(case when opens_visit then {events.moment} end) over (",
        f"            {window}",
        "            rows between unbounded preceding and current row",
        "        ) as visit_started_at",
        "    from gaps",
        ")",
    ]
    return f"{events.visitor} || '-' || strftime(visit_started_at, '%Y%m%d%H%M%S')", [gaps, visits]


_FACTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("order_id", ("order_id",), ("transaction_id", "order_id")),
    ("cart_id", ("cart_id",), ("cart_id",)),
    ("sku", ("sku",), ("item_id", "sku")),
    ("quantity", ("quantity",), ()),
    ("campaign", ("campaign",), ("campaign",)),
    ("page", ("page",), ("page_location", "page_path", "firebase_screen")),
)


def _facts(export: Export, events: Events) -> list[tuple[str, str]]:
    found = []
    for name, meanings, parameters in _FACTS:
        column = export.first_of(*meanings)
        value = as_text(column) if column and name != "quantity" else column.name if column else None
        value = value or events.parameter(*parameters)
        if value is not None:
            found.append((value, name))
    amounts = [column.name for column in (export.first_of("total"), export.first_of("unit_price")) if column]
    if (value := events.parameter("value", "revenue")) is not None:
        amounts.insert(1, f"try_cast({value} as decimal(18, 2))")
    if amounts:
        found.append((f"coalesce({', '.join(amounts)})" if len(amounts) > 1 else amounts[0], "amount"))
    return found


def touchpoints_sql(export: Export) -> str:
    """touchpoints: events, with visits counted where the export does not."""
    events = Events(export)
    session, visits = _session(export, events)
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "touchpoint_id"),
        (f"{text(export.name + ':')} || {events.visitor}", "record_id"),
        (text(export.name), "feed"),
        (text(export.channel), "channel"),
        (_event_name(export, events), "event_name"),
        (events.moment, "occurred_at"),
        (session, "session_id"),
        *_facts(export, events),
    ]
    bags = (column for column in export.columns if column.shape.kind in {"object", "array"})
    bag = next((column for column in bags if re.search(r"propert|param|data$", column.head.words)), None)
    if bag is not None:
        items.append((f"cast({bag.name} as varchar)", "properties"))
    where = [f"where {events.visitor} is not null"]
    if events.calls:
        where.append(f"    and lower({events.calls.name}) in ('page', 'track', 'screen')")
    return file_of(
        "What was done on the website or in the app.",
        "one row per event",
        visits,
        ["select", *select(items), f"from {'visits' if visits else export.name}", *where],
    )
