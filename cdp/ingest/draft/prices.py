"""Prices that a column calls cost: those that times the quantity give the line's amount."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cdp.ingest.draft.meanings import Column

_CENT = 0.011


def with_prices(columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> list[Column]:
    """The columns, of which one called cost is the unit price where the lines' amounts say so and no other is."""
    known = {column.meaning: column for column in columns if column.values and column.owner != "other"}
    cost, quantity = known.get("cost"), known.get("quantity")
    if cost is None or quantity is None or "unit_price" in known:
        return list(columns)
    amounts = [column for column in columns if column.meaning in {"total", "subtotal", "gross"} and column.values]
    if not any(_multiplies(cost, quantity, amount, rows) for amount in amounts):
        return list(columns)
    return [replace(column, meaning="unit_price") if column is cost else column for column in columns]


def number_of(value: str, decimal: str) -> float:
    """The number that a text writes; 0 where it writes none."""
    digits = re.sub(r"[^\d.,-]", "", value)
    plain = digits.replace(".", "").replace(",", ".") if decimal == "," else digits.replace(",", "")
    try:
        return float(plain)
    except ValueError:
        return 0.0


def _multiplies(price: Column, quantity: Column, amount: Column, rows: Sequence[Mapping[str, str]]) -> bool:
    fits = several = count = 0
    for row in rows:
        if not all(column.source in row for column in (price, quantity, amount)):
            continue
        one, pieces, all_of = (
            number_of(row[column.source], column.shape.decimal) for column in (price, quantity, amount)
        )
        count += 1
        several += abs(pieces) > 1
        fits += abs(one * pieces - all_of) < _CENT
    return bool(several) and fits * 10 >= count * 9
