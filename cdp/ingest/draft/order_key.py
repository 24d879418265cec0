"""What tells orders apart: their number, and the store, till and day without which it begins again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cdp.ingest.checks import text
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.times import day_written

if TYPE_CHECKING:
    from cdp.ingest.draft.export import Export

Row = Mapping[str, str]
_WHO = ("email", "customer_id", "loyalty_card", "phone")
_STATES = frozenset(
    ["status", "updated_at", "closed_at", "cancelled_at", "refunded_at", "tags", "comment", "text", "refunded"]
)
_SHORT = 9_999
_ELSEWHERE = re.compile("(?!order|bestell|purchase|sale)[a-z]+_order_")
"""Numbers that somebody else gives an order: they count where there is no other."""


def find_order_key(export: Export, candidates: Sequence[Column]) -> None:
    """Settle the key of an order export, and whether its rows are lines of orders."""
    ordered = sorted(candidates, key=lambda column: -column.filled)
    number = max(ordered, key=lambda c: (c.filled > 0.98, not _ELSEWHERE.match(c.head.words), -ordered.index(c)))
    export.key = (*_besides(export, number), number)
    further = [row for row in export.rows if not row.get(number.source, "").strip()]
    if number.filled < 0.98 and _continue(export, number, further):
        _leave_lines_out(export, number, further)
    elif number.filled < 0.98:
        export.doubt(f"rows without {number.source} are refused: is it the order's key?")
    export.is_many = _are_lines(export)


def _continue(export: Export, number: Column, further: Sequence[Row]) -> bool:
    """Whether rows without a number belong to the order above: they name goods, and neither time nor buyer."""
    heads = [
        column
        for column in export.all_of(*_WHO, "full_name", "first_name", "created_at", "occurred_at", "total")
        if column.owner != "item" and column.filled > 0.9 * number.filled
    ]
    goods = [
        column.source
        for column in export.columns
        if column.owner == "item" or column.meaning in {"sku", "gtin", "product_name", "quantity", "unit_price"}
    ]
    if not all(any(row.get(name, "").strip() for name in goods) for row in further):
        return False
    return bool(heads) and not any(row.get(column.source, "").strip() for row in further for column in heads)


def _leave_lines_out(export: Export, number: Column, further: Sequence[Row]) -> None:
    """Make nothing of what stands on every line: only the first line of each order is taken in."""
    of_lines = {name for row in further for name, value in row.items() if value.strip()}
    export.columns = [replace(column, meaning="") if column.source in of_lines else column for column in export.columns]
    export.doubt(
        f"rows without {number.source} continue the order above and are refused: orders are drafted by what their "
        "first rows say of them as a whole, without lines; for these export the order lines themselves, each with "
        "its order's number"
    )


def order_of(export: Export, row: Row) -> tuple[str, ...]:
    """What a sample row's order is known by: its number, and whatever stands in the key besides, of a time the day."""
    return tuple(_part(column, row) for column in export.key)


def orders_in(export: Export) -> Iterator[list[Row]]:
    """Sample rows of each order, file by file: the same number in a later file is a correction."""
    for look in export.looks:
        groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
        for row in look.rows:
            if not row.get(export.key[-1].source, "").strip():
                continue
            groups[order_of(export, row)].append(row)
        yield from groups.values()


def order_key(export: Export) -> str:
    """SQL text of what an order is known by; a till's number has the source before it, so that it meets no other."""
    parts = [_part_sql(export, column) for column in export.key]
    prefix = [text(export.source)] if export.channel == "store" and not _is_opaque(export.key[-1]) else []
    if len(parts) + len(prefix) == 1:
        return parts[0]
    named = ", ".join(column.source for column in export.key)
    expression = f"concat_ws('-', {', '.join([*prefix, *parts])})"
    return export.derive("order_key", expression, f"What the order is known by everywhere: {named}")


def _part(column: Column, row: Row) -> str:
    value = row.get(column.source, "")
    return day_written(value) if column.shape.kind in {"date", "timestamp"} else value


def _part_sql(export: Export, column: Column) -> str:
    if column.shape.kind == "timestamp":
        zone = (column.shape.written.zone if column.shape.written else "") or export.zone
        local = f"timezone({text(zone)}, timezone('UTC', {column.name}))" if zone != "UTC" else column.name
        return f"cast(cast({local} as date) as varchar)"
    return column.name if column.shape.kind in {"string", "time", "zone"} else f"cast({column.name} as varchar)"


def _is_opaque(number: Column) -> bool:
    """Whether numbers are long codes that no second system gives."""
    return bool(number.values) and all(len(value) >= 12 and re.search("[A-Za-z]", value) for value in number.values)


def _besides(export: Export, number: Column) -> tuple[Column, ...]:
    """Columns without which the number stands for several orders: store, till, day."""
    is_till = export.channel == "store"
    store, till = export.first_of("store_id", owners=("", "store")), export.first_of("till_id")
    day = max(
        (column for column in export.all_of("created_at", "occurred_at", "closed_at")),
        key=lambda column: (round(column.filled, 1), column.meaning == "created_at", -export.columns.index(column)),
        default=None,
    )
    places = [column for column in (store, till, day) if column is not None and column.filled > 0.98]
    rows = export.rows
    found: list[Column] = []
    begins_again = is_till and _is_short(number)
    for column in places:
        if begins_again or _stands_for_several(export, rows, (*found, number), column, needs_buyer=not is_till):
            found.append(column)
    if is_till and found and day in places and day not in found:
        found.append(day)
    if found:
        names = ", ".join(column.source for column in (*found, number))
        export.doubt(f"orders are told apart by {names} together, because the numbers alone begin again")
    elif is_till and not _is_opaque(number):
        kinds = (("stores", store), ("tills", till), ("days", day))
        unnamed = [kind for kind, column in kinds if column is None]
        told = f"; no column names the {' or '.join(unnamed)}" if unnamed else ""
        export.doubt(
            f"{number.source} is taken to be given once in all stores, tills and days{told}: where numbers begin "
            "again, receipts of one number would be taken for one"
        )
    return tuple(found)


def _is_short(number: Column) -> bool:
    """Whether a till's numbers are so short that they must begin again."""
    return all(value.isdigit() and int(value) <= _SHORT for value in number.values)


def _stands_for_several(
    export: Export, rows: Sequence[Row], key: Sequence[Column], column: Column, *, needs_buyer: bool
) -> bool:
    """Whether rows of one key differ in a column; online, where a line may have a day of its own, in the buyer too."""
    buyers = [found for meaning in _WHO if (found := export.first_of(meaning)) is not None][:1]
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in rows:
        groups[tuple(_part(part, row) for part in key)].append(row)
    for group in groups.values():
        other_buyer = any(len({row[buyer.source] for row in group if buyer.source in row}) > 1 for buyer in buyers)
        if _differ(group, column) and (other_buyer or not needs_buyer):
            return True
    return False


def _differ(rows: Sequence[Row], column: Column) -> bool:
    return len({_part(column, row) for row in rows if column.source in row}) > 1


def _are_lines(export: Export) -> bool:
    """Whether a file has several rows of one order: rows that differ in more than the order's state are its lines."""
    states = {column.source for column in export.columns if column.meaning in _STATES}
    again = 0
    for rows in orders_in(export):
        kinds = {tuple(sorted(item for item in row.items() if item[0] not in states)) for row in rows}
        if len(kinds) > 1 or (len(rows) > 1 and export.channel == "store"):
            return True
        again += len(rows) > 1
    if again:
        export.doubt(
            f"{again} orders stand several times in one file: the last row of each counts, as its latest state"
        )
    return False
