"""Prices of one piece and of all pieces of a line, told apart by what the lines multiply to."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from cdp.ingest.draft.meanings import Column

_CENT = 0.011


def with_prices(columns: Sequence[Column], rows: Sequence[Mapping[str, str]]) -> list[Column]:
    """The columns as the lines tell of them.

    A cost is the unit price where it times the quantity gives the line's amount and no other column is the price; a
    price is the line's amount where it grows with the quantity of one article.
    """
    known = {column.meaning: column for column in columns if column.values and column.owner != "other"}
    price, cost, quantity = (known.get(meaning) for meaning in ("unit_price", "cost", "quantity"))
    article = known.get("sku") or known.get("gtin") or known.get("product_name")
    is_alone = not any(c.owner == "item" and c.meaning in {"total", "subtotal", "net", "gross"} for c in columns)
    if is_alone and price is not None and quantity is not None and article is not None:
        if _grows(price, quantity, article, rows):
            return [replace(column, meaning="gross") if column is price else column for column in columns]
        return list(columns)
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


def _grows(price: Column, quantity: Column, article: Column, rows: Sequence[Mapping[str, str]]) -> bool:
    """Whether the price of an article is another where more of it is sold, and by the piece the same."""
    prices: dict[str, set[tuple[float, float]]] = defaultdict(set)
    for row in rows:
        if all(row.get(column.source, "").strip() for column in (price, quantity, article)):
            pieces = abs(number_of(row[quantity.source], quantity.shape.decimal))
            one = abs(number_of(row[price.source], price.shape.decimal))
            prices[row[article.source]].add((pieces, one))
    several = [pairs for pairs in prices.values() if len({pieces for pieces, _ in pairs if pieces}) > 1]
    grows = sum(_spread(one / pieces for pieces, one in pairs if pieces) < 1 + _CENT for pairs in several)
    return grows > 1 and grows > len(several) - grows


def _spread(values: Iterable[float]) -> float:
    found = list(values)
    return max(found) / min(found) if min(found) > 0 else float("inf")
