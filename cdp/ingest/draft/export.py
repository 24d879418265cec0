"""What an export is about, which of its columns say so, and what its rows are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cdp.errors import IngestError
from cdp.ingest.draft.consent import NO, YES, plain_status
from cdp.ingest.draft.export_key import find_key
from cdp.ingest.draft.line_lists import LineList, find_lines, open_lines
from cdp.ingest.draft.look import Look
from cdp.ingest.draft.meanings import SALES_AMOUNTS, Column
from cdp.ingest.draft.prices import with_prices
from cdp.ingest.draft.rate_columns import rate_columns
from cdp.ingest.draft.shapes import Shape
from cdp.ingest.draft.unused import tell_empty, tell_packed_lines, tell_unused_amounts

KINDS = {
    "events": "events of a website or an app",
    "tickets": "support tickets",
    "survey": "survey answers",
    "orders": "orders or receipts",
    "consent_log": "statements about being contacted",
    "products": "products",
    "rates": "exchange rates",
    "leads": "leads of advertisement forms",
    "customers": "customers or contacts",
}
_WITH_TAX = re.compile(
    r"(^|_)(incl?|including|with|inkl|mit|con)_(tax|vat|mwst|ust|steuer|iva)(_|$)|(^|_)(ttc|brutto|iva_inc\w*)(_|$)"
)
_TILL = re.compile(r"square|lightspeed|vend|till|pos($|[^a-z])|register|cashier|receipt|clover|toast|shopkeep|kasse")
_TILL_WORDS = re.compile(
    r"(^|_)(register|till|location|store|branch|outlet|device_name|cashier|staff|employee|dining|terminal|kasse|"
    r"caisse|caja|cassa|kassa|vente|venta|vendita|filiale|bon|kassenbon|kassierer)($|_)"
)
_SHOP = re.compile(r"shop(ify)?|woo|magento|web|online|prestashop|bigcommerce|commerce")
_APP = re.compile(r"(^|[^a-z])app([^a-z]|$)|mobile|amplitude|mixpanel|firebase")


@dataclass
class Export:
    """Everything the drafting steps know about one export; ``doubts`` are told to the user and stand in comments."""

    name: str
    source: str
    looks: Sequence[Look]
    columns: list[Column]
    zone: str = "UTC"
    currency: str = ""
    channel: str = ""
    kind: str = ""
    key: tuple[Column, ...] = ()
    is_many: bool = False
    version: Column | None = None
    doubts: list[str] = field(default_factory=list)
    lines: LineList | None = None
    derived: dict[str, tuple[str, str]] = field(default_factory=dict)
    """SQL and description of columns that the contract derives, by name."""

    @property
    def keeps_equal_rows(self) -> bool:
        """Whether equal rows of one order are several lines: at a till, where no column numbers them."""
        return self.is_many and self.channel == "store" and not self.has("order_line_id")

    @property
    def rows(self) -> list[Mapping[str, str]]:
        """Sample rows of all files."""
        return [row for look in self.looks for row in look.rows]

    def all_of(self, *meanings: str, owners: Iterable[str] | None = None, filled: bool = True) -> list[Column]:
        """Columns of these meanings that do not speak of somebody else, in file order."""
        return [
            column
            for column in self.columns
            if column.meaning in meanings
            and (column.owner != "other" if owners is None else column.owner in owners)
            and (column.values or not filled)
        ]

    def first_of(self, *meanings: str, owners: Iterable[str] | None = None) -> Column | None:
        """The fullest column of the first of these meanings that there is."""
        for meaning in meanings:
            found = self.all_of(meaning, owners=owners)
            if found:
                return max(found, key=lambda column: (*_telling(meaning, column), -self.columns.index(column)))
        return None

    def has(self, *meanings: str) -> bool:
        """Whether any of these meanings is there."""
        return bool(self.all_of(*meanings))

    def derive(self, name: str, expression: str, description: str) -> str:
        """Say a column once in the contract, for all mappings; gives its name, which no column of the export has."""
        taken = {column.name for column in (*self.columns, *(self.lines.fields if self.lines else ()))}
        while name in taken:
            name += "_derived"
        self.derived[name] = (expression, description)
        return name

    def doubt(self, words: str) -> None:
        """Note something that a person should look at."""
        if words not in self.doubts:
            self.doubts.append(words)


def names_tax(column: Column) -> bool:
    """Whether an amount's name says that tax is in it."""
    return bool(_WITH_TAX.search(column.head.words))


def _telling(meaning: str, column: Column) -> tuple[float, bool, bool, int]:
    """How much a column is to be preferred among those of one meaning."""
    has_tax = meaning in SALES_AMOUNTS and names_tax(column)
    is_named_so = meaning == "sku" and meaning in {column.head.words, column.head.rest}
    beside_zero = sum(bool(re.search("[1-9]", value)) for value in column.values) if meaning == "discount" else 0
    return round(column.filled, 1), has_tax, is_named_so, beside_zero


def understand(export: Export) -> None:
    """Fill in what the export is about, its channel, key and change time. Raises ``IngestError`` for one of no use."""
    _name_orders(export)
    before = export.columns
    export.columns = with_prices(before, export.rows)
    for guess, told in zip(before, export.columns, strict=True):
        if guess.meaning == "unit_price" != told.meaning:
            export.doubt(f"{told.source} is taken for the price of all pieces of a line: it grows with the quantity")
    export.kind = kind_of(export)
    if export.kind == "orders":
        open_lines(export)
    if export.kind == "rates":
        export.columns = [_rate_shaped(column, export.looks[0].delimiter) for column in export.columns]
    if not export.channel:
        export.channel = _channel(export)
    find_key(export)
    export.version = _version(export)
    tell_empty(export)
    tell_unused_amounts(export)
    tell_packed_lines(export)
    if not export.currency:
        signs = {column.shape.currency for column in export.columns} - {""}
        export.currency = min(signs) if len(signs) == 1 else ""


def _rate_shaped(column: Column, delimiter: str) -> Column:
    """A rate of 4,253 between semicolons is four and a quarter: nobody writes rates in thousands."""
    is_number = column.shape.kind == "number" and delimiter == ";"
    if is_number and all(re.fullmatch(r"\d+(,\d+)?", value.strip()) for value in column.values):
        return replace(column, shape=replace(column.shape, decimal=","))
    return column


_SOLD = re.compile(
    r"order|sale|receipt|transaction|payment|charge|invoice|purchase|pedido|commande|ordin|bestell|zamow"
)


def _name_orders(export: Export) -> None:
    """Take a bare ``ID`` for the order's number, where rows are sales and no other column numbers them."""
    own = export.first_of("own_id", owners=("",))
    if own is None or own.head.words not in {"id", "number", "no", "nr", "key"} or export.has("order_id", "ticket_id"):
        return
    hints = " ".join([_hint(export), *(column.head.words for column in export.columns)])
    is_sale = export.has("total", "subtotal", "net", "gross") and (
        export.has("quantity", "refunded") or bool(_SOLD.search(hints))
    )
    if is_sale and not export.has("event_name", "subject"):
        export.columns = [
            replace(column, meaning="order_id", shape=Shape("string")) if column is own else column
            for column in export.columns
        ]
        if re.search(r"payment|charge|payout", _hint(export)) or "statement_descriptor" in hints:
            export.doubt(
                "these are payments, taken for orders; where the shop's own export brings the orders, do not load both"
            )


def _hint(export: Export) -> str:
    return " ".join([export.name, export.source, *(look.path.stem for look in export.looks)]).lower()


def kind_of(export: Export) -> str:
    """What the rows are. Raises ``IngestError`` when they say nothing of persons, orders or products."""
    hint = _hint(export)
    person = ("email", "phone", "full_name", "first_name", "last_name")
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("rates", lambda: rate_columns(export.columns) is not None),
        ("events", lambda: _is_events(export)),
        ("tickets", lambda: _is_tickets(export, hint)),
        ("survey", lambda: export.has("score", "csat") and not export.has("order_id", "sku", "ticket_id")
            and (export.has("comment", "response_id") or "nps" in hint or "survey" in hint)),
        ("consent_log", lambda: _consent_log(export) is not None),
        ("orders", lambda: export.has("order_id") and (export.has(*SALES_AMOUNTS) or find_lines(export) is not None)),
        ("products", lambda: export.has("sku", "gtin") and export.has("product_name", "unit_price")
            and not export.has(*person)),
        ("leads", lambda: export.has(*person) and _names_form(export, hint) and _ads(export) >= 2),
        ("customers", lambda: export.has(*person)),
    )  # fmt: skip
    for kind, test in tests:
        if test():
            return kind
    known = ", ".join(column.source for column in export.columns[:12])
    raise IngestError(
        f"{export.looks[0].path}: nothing here says who a person is, what was ordered or what happened ({known} …)",
        "totals per day or per register have no place in a customer data platform; export the single receipts, "
        "customers or events, or write the feed by hand (docs/own-data.md)",
    )


def _names_form(export: Export, hint: str) -> bool:
    return bool(re.search("lead|form", hint)) or any(
        re.search(r"(^|_)(lead|form)_?(id|name|gen)($|_)", column.head.words) for column in export.columns
    )


def _ads(export: Export) -> int:
    return sum(column.owner == "ad" for column in export.columns)


def _is_events(export: Export) -> bool:
    order, money = export.first_of("order_id"), export.first_of(*SALES_AMOUNTS)
    if order and money and min(order.filled, money.filled) > 0.9:
        return False
    when = export.has("occurred_at", "created_at", "received_at", "sent_at")
    who = export.has("anonymous_id", "device_id", "session_id")
    return (
        when
        and export.has("event_name")
        and (who or (export.has("customer_id", "email") and not export.has("subject")))
    )


def _is_tickets(export: Export, hint: str) -> bool:
    if export.has("sku", "quantity", "subtotal"):
        return False
    named = export.has("ticket_id") or bool(re.search(r"ticket|conversation|support|helpdesk|cases", hint))
    signs = sum(export.has(meaning) for meaning in ("subject", "status", "priority", "closed_at", "csat"))
    return signs >= (2 if named else 3)


def _consent_log(export: Export) -> tuple[Column, Column] | None:
    for channel in export.all_of("channel", "type"):
        if {value.lower() for value in channel.values} <= {"email", "e-mail", "sms", "push", "post", "phone", "mail"}:
            for status in export.columns:
                if status.distinct <= 8 and {plain_status(value) for value in status.values} & (YES | NO) - {
                    "yes",
                    "no",
                    "y",
                    "1",
                }:
                    return channel, status
    return None


def consent_log_columns(export: Export) -> tuple[Column, Column]:
    """Channel and status column of a log of statements."""
    found = _consent_log(export)
    assert found is not None
    return found


def _version(export: Export) -> Column | None:
    """The change time: a column of instants, or days, that is filled throughout and is called updated or changed."""
    if export.kind == "events":
        return None
    found = [column for column in export.all_of("updated_at") if column.filled > 0.98]
    return min(found, key=lambda column: column.shape.kind == "date", default=None)


def _channel(export: Export) -> str:
    hint = _hint(export)
    if export.kind == "tickets":
        return "support"
    if export.kind == "leads":
        return "social"
    if export.kind == "survey":
        return "email"
    if export.kind == "events":
        return "app" if _APP.search(hint) or (export.has("device_id") and not export.has("anonymous_id")) else "web"
    if _TILL.search(hint):
        return "store"
    signs = [column.source for column in export.columns if _TILL_WORDS.search(column.head.words)]
    if export.kind == "orders" and not _SHOP.search(hint) and (len(signs) >= 2 or export.has("till_id")):
        export.doubt(f"taken for a till, because it names {', '.join(signs)}; --channel web says otherwise")
        return "store"
    return "web"
