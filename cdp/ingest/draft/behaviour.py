"""Mapping SQL of events: who was there, what points to them, what they did."""

from __future__ import annotations

import re

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text, identifier_columns, name_fields, union
from cdp.ingest.draft.sqltext import MOMENT, Moments, file_of, key_text, select

_WHEN = ("occurred_at", "created_at", "received_at", "sent_at")
_CALLS = frozenset({"page", "track", "identify", "screen", "group", "alias"})
_NAMES = {
    "page_view": "Page Viewed", "pageview": "Page Viewed", "$pageview": "Page Viewed", "screen_view": "Screen Viewed",
    "view_item": "Product Viewed", "view_item_list": "Product List Viewed", "select_item": "Product Clicked",
    "add_to_cart": "Product Added", "remove_from_cart": "Product Removed", "view_cart": "Cart Viewed",
    "begin_checkout": "Checkout Started", "add_payment_info": "Payment Info Entered", "purchase": "Order Completed",
    "refund": "Order Refunded", "search": "Products Searched", "add_to_wishlist": "Product Added to Wishlist",
    "view_search_results": "Products Searched", "sign_up": "Signed Up", "login": "Signed In", "in_app_purchase": "Order Completed",
}  # fmt: skip
_VALUE_KEYS = ("string_value", "int_value", "double_value", "float_value")


class Events:
    """How an event export is built: calls, who made them, and parameters that stand in lists of keys and values."""

    def __init__(self, export: Export) -> None:
        self.export = export
        self.moments = Moments(export, *_WHEN)
        self.calls = next((column for column in export.all_of("type") if _share_of_calls(column) > 0.9), None)
        self.who = [
            export.all_of(meaning)[0]
            for meaning in ("anonymous_id", "device_id", "customer_id", "email")
            if export.all_of(meaning)
        ]
        self.params = {column.name: _parameters(column) for column in export.columns if _parameters(column)}

    @property
    def source_id(self) -> str:
        """SQL of the record a call belongs to."""
        first, *others = self.who
        parts = [as_text(first)] + [
            f"{text(column.meaning.partition('_')[0] + ':')} || {as_text(column)}" for column in others
        ]
        return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"

    def parameter(self, *names: str) -> str | None:
        """SQL of the first parameter of these names that occurs."""
        for column, known in self.params.items():
            for name in names:
                if name in known:
                    values = (
                        ", ".join(f"p.value ->> '$.{key}'" for key in _VALUE_KEYS)
                        if known[name]
                        else "p.value #>> '{}'"
                    )
                    return (
                        f"list_transform(list_filter({column}_list, lambda p: p.key = {text(name)}), "
                        f"lambda p: coalesce({values}))[1]"
                    )
        return None

    @property
    def ctes(self) -> list[list[str]]:
        """CTEs up to ``calls``: every event with its person's record and moment."""
        lists = [
            f"        cast({column} as struct(key varchar, value json)[]) as {column}_list," for column in self.params
        ]
        lines = [
            "calls as (",
            "    select",
            "        *,",
            *lists,
            *([] if self.moments.is_joined else [f"        {self.moments.value} as {MOMENT},"]),
            f"        {self.source_id} as record_source_id",
            f"    from {self.export.name}",
            ")",
        ]
        return [lines]


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
        export.doubt(
            "an event belongs to its browser or device, and only without one to the account: is that right here?"
        )
    names = name_fields(export)
    items = [
        (f"{text(export.name + ':')} || record_source_id", "record_id"),
        (text(export.name), "feed"),
        ("record_source_id", "source_id"),
        ("'device'", "record_kind"),
        (f"min({MOMENT})", "first_observed_at"),
        (f"max({MOMENT})", "last_observed_at"),
        *((f"arg_max({value}, {MOMENT})", name) for value, name in names),
    ]
    return file_of(
        "A browser or device, with the name its user last gave.", "one row per browser, device or account", events.ctes,
        ["select", *select(items), "from calls", "where record_source_id is not null", "group by record_source_id"],
    )  # fmt: skip


def identifiers_sql(export: Export) -> str:
    """record_identifiers: everything a browser ever said about its user."""
    events = Events(export)
    rows = identifier_columns(export)
    if (order := events.parameter("transaction_id", "order_id")) is not None and not export.has("order_id"):
        rows.append(("order_id", order, "null"))
    selects = [
        f"select record_source_id, {text(kind)} as identifier_type, {value} as identifier_value, {MOMENT}"
        if number == 0
        else f"select record_source_id, {text(kind)}, {value}, {MOMENT}"
        for number, (kind, value, _) in enumerate(rows)
    ]
    lines = [
        "select",
        f"    {text(export.name + ':')} || record_source_id as record_id,",
        f"    {text(export.name)} as feed,",
        "    identifier_type,",
        "    identifier_value,",
        f"    min({MOMENT}) as first_seen_at,",
        f"    max({MOMENT}) as last_seen_at,",
        "    count(*) as count_seen",
        "from observed",
        "where identifier_value is not null and record_source_id is not null",
        "group by record_source_id, identifier_type, identifier_value",
    ]
    return file_of(
        "Everything a browser or device ever said about who uses it.", "one row per record, identifier type and value",
        [*events.ctes, ["observed as (", *union(selects, "calls"), ")"]], lines,
    )  # fmt: skip


def _event_name(export: Export, events: Events) -> str:
    column = export.first_of("event_name")
    assert column is not None
    known = sorted({value for value in column.values if value in _NAMES})
    name = column.name
    if known:
        cases = " ".join(f"when {text(value)} then {text(_NAMES[value])}" for value in known)
        name = f"case {column.name} {cases} else {column.name} end"
    if events.calls is None:
        return name
    call = events.calls.name
    return f"case lower({call}) when 'page' then 'Page Viewed' when 'screen' then 'Screen Viewed' else coalesce({name}, 'Event Without Name') end"


def _session(export: Export, events: Events) -> tuple[str | None, list[list[str]]]:
    """SQL of the visit, and the CTEs that tell visits apart where the export does not."""
    if (column := export.first_of("session_id")) is not None:
        return f"record_source_id || '-' || {as_text(column)}", []
    if (found := events.parameter("ga_session_id", "session_id")) is not None:
        return f"record_source_id || '-' || {found}", []
    key = key_text(export)
    gaps = [
        "gaps as (", "    select", "        *,", "        coalesce(",
        f"            {MOMENT} > lag({MOMENT}) over (partition by record_source_id order by {MOMENT}, {key}) + interval 30 minute,",
        "            true", "        ) as opens_visit", "    from calls", ")",
    ]  # fmt: skip
    visits = [
        "visits as (", "    select", "        *,",
        f"        max(case when opens_visit then {MOMENT} end) over (",
        f"            partition by record_source_id order by {MOMENT}, {key} rows between unbounded preceding and current row",
        "        ) as visit_started_at", "    from gaps", ")",
    ]  # fmt: skip
    return "record_source_id || '-' || strftime(visit_started_at, '%Y%m%d%H%M%S')", [gaps, visits]


def touchpoints_sql(export: Export) -> str:
    """touchpoints: events, with visits counted where the export does not."""
    events = Events(export)
    session, visits = _session(export, events)
    items = [
        (f"{text(export.name + ':')} || {key_text(export)}", "touchpoint_id"),
        (f"{text(export.name + ':')} || record_source_id", "record_id"),
        (text(export.name), "feed"),
        (text(export.channel), "channel"),
        (_event_name(export, events), "event_name"),
        (MOMENT, "occurred_at"),
    ]
    if session:
        items.append((session, "session_id"))
    for name, meanings, parameters in (
        ("order_id", ("order_id",), ("transaction_id", "order_id")), ("cart_id", ("cart_id",), ("cart_id",)),
        ("sku", ("sku",), ("item_id", "sku")), ("quantity", ("quantity",), ()), ("amount", ("total",), ("value", "revenue")),
        ("campaign", ("campaign",), ("campaign",)), ("page", ("page",), ("page_location", "page_path", "firebase_screen")),
    ):  # fmt: skip
        column = export.first_of(*meanings)
        value = (
            as_text(column)
            if column and name in {"order_id", "sku"}
            else column.name
            if column
            else events.parameter(*parameters)
        )
        if value is not None:
            items.append(
                (f"try_cast({value} as decimal(18, 2))" if name == "amount" and column is None else value, name)
            )
    if not any(name == "amount" for _, name in items) and (price := export.first_of("unit_price")) is not None:
        items.append((price.name, "amount"))
    bag = next(
        (
            c
            for c in export.columns
            if c.shape.kind in {"object", "array"} and re.search(r"propert|param|data$", c.head.words)
        ),
        None,
    )
    if bag is not None:
        items.append((f"cast({bag.name} as varchar)", "properties"))
    where = [
        "where record_source_id is not null",
        *([f"    and lower({events.calls.name}) in ('page', 'track', 'screen')"] if events.calls else []),
    ]
    return file_of(
        "What was done on the website or in the app.", "one row per event", [*events.ctes, *visits],
        ["select", *select(items), f"from {'visits' if visits else 'calls'}", *where],
    )  # fmt: skip
