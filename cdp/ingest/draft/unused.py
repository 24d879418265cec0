"""What a draft makes nothing of, told where somebody may miss it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cdp.ingest.draft.line_lists import LINE_LIST
from cdp.ingest.draft.meanings import SALES_AMOUNTS
from cdp.ingest.draft.words import named_meanings, plain_words

if TYPE_CHECKING:
    from cdp.ingest.draft.export import Export

_PACKED = re.compile(r"[\[{]|\w+:[^|;]*[|;]\s*\w+:|(^|[|;,]\s*)\d+\s*[x\u00d7]\s*\w")


def tell_empty(export: Export) -> None:
    """Say which amounts are empty throughout the sample: nothing is made of them."""
    empty = [
        column.source
        for column in export.columns
        if not column.values
        and set(named_meanings(column.head)) & {"refunded", "discount", "shipping", "tax", *SALES_AMOUNTS}
    ]
    if empty and export.kind == "orders":
        export.doubt(f"{', '.join(empty)} is empty in these rows and not used: say in the SQL files what it means")


def tell_packed_lines(export: Export) -> None:
    """Say which columns hold an order's lines packed into one value: nothing is made of them."""
    packed = [
        column.source
        for column in export.columns
        if column.values
        and not column.meaning
        and (export.lines is None or column.source != export.lines.column.source)
        and LINE_LIST.fullmatch(plain_words(re.sub(r"\(s\)", "s", column.source.rpartition(".")[2])))
        and all(_PACKED.search(value) for value in column.values[:50])
    ]
    if export.kind == "orders" and packed:
        export.doubt(
            f"{', '.join(packed)} holds the lines of an order packed into one value, of which nothing is made: there "
            "are orders and no order_lines; export the order lines for them"
        )


def tell_unused_amounts(export: Export) -> None:
    """Say that rows of amounts and times are no orders, because nothing numbers them."""
    price = {"unit_price"} if export.kind == "products" else set()
    amounts = [column.source for column in export.all_of(*set(SALES_AMOUNTS) - price) if column.owner != "other"]
    is_dated = export.has("created_at", "occurred_at")
    if export.kind in {"customers", "products", "leads"} and is_dated and amounts:
        export.doubt(
            f"nothing is made of {', '.join(amounts[:4])}: where rows are sales, say which column is their number with "
            "--as COLUMN=order_id"
        )
