"""What each column of an export means: by its name, held against its values, else by its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cdp.ingest.draft.consent import ConsentColumn, consent_column
from cdp.ingest.draft.look import Look
from cdp.ingest.draft.shapes import PHONE, Shape, shape_of
from cdp.ingest.draft.value_tests import (
    digits,
    is_code,
    is_counter,
    is_email,
    is_shared,
    lettered,
    of_several_words,
    share,
)
from cdp.ingest.draft.words import Heading, heading, named_meanings, plain_words

MOST_COLUMNS = 300
"""Columns that a draft lists: what nobody can look through helps nobody, and makes every run slower."""
PERSONAL = frozenset({
    "email", "phone", "first_name", "last_name", "middle_name", "full_name", "title", "suffix", "gender",
    "birth_date", "street", "street2", "house_number", "city", "region", "postcode", "country", "company",
    "customer_id", "loyalty_card", "anonymous_id", "device_id",
})  # fmt: skip
SALES_AMOUNTS = ("total", "net", "subtotal", "gross", "unit_price")
"""Amounts that say what something sold for."""
_NUMBERS = frozenset({"integer", "number"})
_MONEY = frozenset(
    ["unit_price", "cost", "subtotal", "net", "gross", "total", "discount", "shipping", "tax", "refunded", "tip"]
)
_CODES = frozenset({"phone", "postcode", "loyalty_card", "customer_id", "house_number", "sku", "gtin"})
_INSTANTS = frozenset({
    "created_at", "updated_at", "closed_at", "first_replied_at", "cancelled_at", "refunded_at", "sent_at",
    "received_at", "responded_at", "occurred_at",
})  # fmt: skip
_RESERVED = frozenset({
    "select", "from", "where", "group", "order", "by", "case", "when", "end", "table", "user", "current_date",
    "left", "right", "full", "all", "and", "or", "not", "null", "in", "is", "on", "as",
})  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of an export. ``values`` are its filled ones; ``meaning`` is empty where nothing is known."""

    source: str
    name: str
    head: Heading
    shape: Shape
    values: Sequence[str] = field(repr=False)
    filled: float
    in_every_file: bool = True
    meaning: str = ""
    consent: ConsentColumn | None = None
    doubt: str = ""

    @property
    def distinct(self) -> int:
        """How many different values it has."""
        return len(set(self.values))

    @property
    def owner(self) -> str:
        """Whom or what it speaks of: ``person``, ``billing``, ``item``, ``other`` (somebody else) …"""
        return self.head.owner


def listed(looks: Sequence[Look]) -> tuple[list[str], int]:
    """The columns of the files together that a draft lists, in order, and how many it leaves out.

    Of a very wide file these are the columns whose names say something, and the first of the others.
    """
    sources = list(dict.fromkeys(name for look in looks for name in look.columns))
    if len(sources) <= MOST_COLUMNS:
        return sources, 0
    telling = [name for name in sources if named_meanings(heading(name)) or heading(name).is_time]
    chosen = set(list(dict.fromkeys([*telling, *sources]))[:MOST_COLUMNS])
    return [name for name in sources if name in chosen], len(sources) - len(chosen)


def describe(looks: Sequence[Look], sources: Sequence[str], *, month_first: bool | None) -> list[Column]:
    """Each of these columns of the files, with its shape and meaning."""
    lists = frozenset[str]().union(*(look.lists for look in looks))
    rows = [row for look in looks for row in look.rows]
    names = column_names(sources)
    columns = []
    for source in sources:
        values = [row[source] for row in rows if source in row]
        head = heading(source)
        shape = (
            Shape("array")
            if source in lists
            else shape_of(
                values, is_time=head.is_time, is_code=head.is_code, is_flag=head.is_flag, month_first=month_first
            )
        )
        columns.append(
            Column(
                source, names[source], head, shape, values, len(values) / len(rows),
                in_every_file=looks[0].kind == "jsonl" or all(source in look.columns for look in looks),
            )
        )  # fmt: skip
    return _settled([_understood(column) for column in columns])


def column_names(sources: Sequence[str]) -> dict[str, str]:
    """A SQL name for every header; of a JSON path the last words that tell it apart."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for source in sources:
        words = plain_words(source) or "column"
        options = [words]
        if source.startswith("$."):
            parts = [plain_words(part) for part in re.findall(r'"[^"]+"|[^.$]+', source)]
            options = ["_".join(filter(None, parts[-size:])) for size in range(1, len(parts) + 1)]
        options = [option if option[:1].isalpha() else f"column_{option}" for option in options]
        options = [f"{option}_value" if option in _RESERVED else option for option in options]
        more = (f"{options[-1]}_{number}" for number in range(2, 10_000))
        name = next((option for option in options if option not in taken), None) or next(
            option for option in more if option not in taken
        )
        found[source] = name
        taken.add(name)
    return found


def _understood(column: Column) -> Column:
    consent = consent_column(column.source, column.head.words, column.shape.kind, column.values)
    if consent is not None and column.owner != "other":
        return replace(column, consent=consent)
    if column.shape.kind == "zone" and (named := set(named_meanings(column.head))) and "zone" not in named:
        column = replace(column, shape=Shape("string", nothing=column.shape.nothing))
    if column.shape.kind == "zone":
        return replace(column, meaning="zone")
    if column.shape.kind == "time":
        return replace(column, meaning="clock")
    if not column.values:
        return replace(column, meaning=_unseen(column), doubt="")
    for meaning in named_meanings(column.head):
        if _holds(meaning, column):
            return as_code(replace(column, meaning=meaning))
    return replace(column, meaning=_by_values(column))


def as_code(column: Column) -> Column:
    """A column of codes is text, though those of the sample look like numbers: others may begin with a zero.

    A customer called 0 is none: shops write it for guests.
    """
    if column.meaning not in _CODES:
        return column
    shape, nobody = column.shape, set[str]()
    if column.meaning in {"customer_id", "loyalty_card"}:
        nobody = {value.strip() for value in column.values if re.fullmatch(r"0+|-1", value.strip())}
    if not nobody and shape.kind not in _NUMBERS:
        return column
    return replace(column, shape=Shape("string", nothing=(*shape.nothing, *sorted(nobody)), prefix=shape.prefix))


def _unseen(column: Column) -> str:
    """The meaning of a column without values, when its whole name says it."""
    known = PERSONAL - {"full_name", "title", "street"} | {"cancelled_at"}
    found = [name for name in named_meanings(column.head) if name in known]
    return found[0] if found else ""


def fits(meaning: str, column: Column) -> bool:
    """Whether the values are of the kind that a meaning needs: instants, numbers, anything."""
    kind = column.shape.kind
    if meaning in _INSTANTS:
        return kind in {"timestamp", "date"}
    return meaning not in {*_MONEY, "quantity"} or kind in _NUMBERS


def _holds(meaning: str, column: Column) -> bool:
    """Whether the values can be what the name says."""
    kind, is_item = column.shape.kind, column.owner == "item"
    if kind in {"object", "array"}:
        return meaning == "tags" and kind == "array"
    if meaning in _INSTANTS:
        return kind in {"timestamp", "date"}
    if meaning in _MONEY:
        return kind in _NUMBERS
    if kind in {"timestamp", "date"}:
        return meaning == "birth_date"
    if meaning in PERSONAL and is_item:
        return False
    tests: Mapping[str, Callable[[], bool]] = {
        "email": lambda: share(column, is_email) > 0.5 and not is_shared(column),
        "phone": lambda: share(column, lambda value: bool(PHONE.fullmatch(value)) or digits(value) >= 6) > 0.5,
        "quantity": lambda: kind in _NUMBERS,
        "score": lambda: kind in _NUMBERS and max(map(digits, column.values)) <= 4,
        "csat": lambda: kind in _NUMBERS or column.distinct <= 8,
        "birth_date": lambda: False,
        "first_name": lambda: column.owner not in {"device", "ad", "company", "store"} and lettered(column),
        "last_name": lambda: column.owner not in {"device", "ad", "company", "store"} and lettered(column),
        "full_name": lambda: column.owner in {"", "person", "billing", "shipping", "mailing"} and lettered(column),
        "order_id": lambda: kind not in {"boolean"} and column.owner != "item" and is_code(column),
        "loyalty_card": lambda: share(column, lambda value: value.startswith(("pm_", "card_", "src_"))) < 0.5,
        "sku": lambda: (column.head.words != "item" or is_code(column)) and not is_counter(column),
        "order_line_id": lambda: (
            kind not in {"boolean", "number"} and (not column.head.words.startswith("item") or is_counter(column))
        ),
        "customer_id": lambda: column.owner != "item" and kind != "boolean" and is_code(column),
        "own_id": lambda: (
            column.owner in {"", "person"} and kind != "boolean" and (not column.head.last or column.owner == "person")
        ),
        "currency": lambda: share(column, lambda value: bool(re.fullmatch(r"[A-Za-z]{3}", value))) > 0.8,
        "country": lambda: lettered(column),
        "city": lambda: lettered(column),
        "street": lambda: column.owner != "device" and share(column, lambda value: any(map(str.isalpha, value))) > 0.5,
        "event_name": lambda: kind == "string" and column.distinct <= max(50, len(column.values) / 2),
        "status": lambda: kind in {"string", "integer"} and column.distinct <= 30,
        "zone": lambda: False,
        "product_name": lambda: is_item or column.head.words in {"title", "product", "item"} or lettered(column),
        "store_id": lambda: column.distinct <= max(20, len(column.values) / 2),
        "middle_name": lambda: lettered(column),
        "title": lambda: column.distinct <= 12,
        "prefix": lambda: column.distinct <= 12,
    }
    return tests.get(meaning, lambda: kind != "boolean" or meaning in {"status", "type"})()


def _by_values(column: Column) -> str:
    if column.shape.kind not in {"string", "integer"} or len(column.values) < 2:
        return ""
    if share(column, is_email) > 0.7 and not is_shared(column):
        return "email"
    plus = share(column, lambda value: value.startswith("+") and bool(PHONE.fullmatch(value)))
    return "phone" if plus > 0.7 else ""


def _settled(columns: list[Column]) -> list[Column]:
    """Meanings that depend on the other columns."""
    has = {column.meaning for column in columns if column.owner != "other"}
    goods = {
        _parent(column.source) for column in columns if column.meaning in {"sku", "gtin", "unit_price", "quantity"}
    }
    is_keyed = any(
        column.meaning in {"own_id", "ticket_id", "event_id", "order_id"} and column.owner == "" for column in columns
    )
    given = {column.meaning for column in columns if column.meaning in {"first_name", "last_name"}}
    places = {column.owner for column in columns if column.meaning in {"city", "postcode"}}
    found = []
    for column in columns:
        words, meaning = column.head.words, column.meaning
        if meaning in {"first_name", "last_name"} and len(given) == 1 and of_several_words(column):
            column = replace(column, meaning="full_name")
        elif column.owner == "item" and not meaning and column.head.rest == "name":
            column = replace(column, meaning="product_name")
        elif words in {"name", "names"} and column.values and share(column, lambda value: digits(value) > 0) > 0.5:
            column = replace(column, meaning="order_id" if has & _MONEY else "own_id")
        elif meaning == "full_name" and column.source.startswith("$.") and _parent(column.source) in goods:
            column = replace(column, meaning="product_name")
        elif meaning == "own_id" and column.owner == "person" and is_keyed:
            column = replace(column, meaning="customer_id")
        elif (
            meaning == "full_name"
            and column.owner == ""
            and words == "name"
            and has & {"sku", "gtin"}
            and "email" not in has
        ):
            column = replace(column, meaning="product_name")
        elif meaning == "full_name" and column.owner == "" and words == "name" and "event_name" in has:
            column = replace(column, meaning="page")
        elif (
            meaning == "text"
            and "sku" in has
            and "subject" not in has
            and "description" in words
            and "email" not in has
        ):
            column = replace(column, meaning="product_name")
        elif meaning in {"status", "region"} and column.head.rest in {"state", "address_state"}:
            column = replace(column, meaning="region" if column.owner in places else "status")
        elif meaning == "product_name" and not goods:
            column = replace(column, meaning="")
        found.append(column)
    return found


def _parent(source: str) -> str:
    return source.rpartition(".")[0]
