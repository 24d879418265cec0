"""Whether an amount of an order export stands on every line, or once for the whole order."""

from __future__ import annotations

import re
from typing import Literal

from cdp.ingest.draft.export import Export
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.order_key import orders_in

Level = Literal["row", "order"]
_LINE = re.compile(
    r"(^|_)(lines?|line_?items?|items?|rows?|units?|positions?\w*|pos|zeilen?\w*|artikel\w*|ligne|linea|riga|linha|regel|"
    r"articles?|products?|pro_stuck|each)($|_)"
)
_WHOLE = re.compile(
    r"(^|_)(orders?|carts?|baskets?|grand|invoice|receipt|bestell\w*|auftrags?\w*|warenkorb\w*|gesamt\w*|pedido|commande|"
    r"ordine|order\w*|zamowieni\w*|encomenda|shipping|versand\w*|delivery|coupon|voucher|gutschein\w*)($|_)"
)
_OF_LINES = frozenset({"quantity", "unit_price", "sku", "gtin", "product_name"})


def level_of(export: Export, column: Column) -> Level:
    """Whether an amount stands per ``row`` or once per ``order``: as its values tell, else its name, else its place."""
    if not export.is_many or column.owner == "item":
        return "row"
    told = told_by_values(export, column)
    if told is not None:
        return told
    words = column.head.words
    if column.meaning == "shipping" or _WHOLE.search(words):
        return "order"
    if column.meaning in _OF_LINES or _LINE.search(words):
        return "row"
    level = _by_place(export, column)
    taken = "line: the lines of an order add up" if level == "row" else "order: its first line tells it"
    export.doubt(
        f"no row tells whether {column.source} stands once per line or once per order; taken for once per {taken}"
    )
    return level


def told_by_values(export: Export, column: Column) -> Level | None:
    """What orders of several rows tell; ``None`` where all of them say the same, such as 0.00 throughout."""
    several = [[row.get(column.source, "") for row in rows] for rows in orders_in(export) if len(rows) > 1]
    found = [{value for value in values if value} for values in several]
    if any(len(values) > 1 for values in found):
        return "row"
    is_once = any(any(values) and not all(values) for values in several)
    return "order" if is_once or len(set().union(*found)) > 1 else None


def _by_place(export: Export, column: Column) -> Level:
    """What the amounts to the left and right of it are; a line's where they differ."""
    place = export.columns.index(column)
    sides = (export.columns[:place][::-1], export.columns[place + 1 :])
    near = [next((level for other in side if (level := _plain(export, other))), None) for side in sides]
    return "order" if set(near) - {None} == {"order"} else "row"


def _plain(export: Export, column: Column) -> Level | None:
    if column.owner == "item" or column.meaning in _OF_LINES or _LINE.search(column.head.words):
        return "row"
    return told_by_values(export, column) if column.shape.kind in {"integer", "number"} else None
