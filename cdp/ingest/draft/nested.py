"""Mapping SQL of lines that stand in a list inside their order."""

from __future__ import annotations

import re
from dataclasses import replace

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.line_lists import LineList
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.order_key import order_key
from cdp.ingest.draft.sqltext import Moments, file_of, select

_NAMED = (("gtin", "gtin"), ("product_name", "product_name"))
_OF_PRODUCTS = (("gtin", "gtin"), ("product_name", "title"), ("brand", "brand"), ("category", "category"),
                ("colour", "colour"))  # fmt: skip


def inner_export(export: Export, lines: LineList) -> Export:
    """The elements of the lists as an export of their own, one row per line."""
    look = replace(export.looks[0], columns=tuple(field.source for field in lines.fields), rows=lines.rows)
    return Export(
        export.name, export.source, [look], list(lines.fields), export.zone, export.currency, export.channel, "orders"
    )


def amount_of_lists(lines: LineList, amount: str) -> str:
    """SQL of what an order's lines come to, from SQL of one line's ``amount``."""
    inner = amount
    for field in sorted(lines.fields, key=lambda field: -len(field.name)):
        inner = re.sub(rf"\b{field.name}\b", lambda _, field=field: lines.value(field), inner)  # type: ignore[misc]
    return f"list_sum(list_transform(cast({lines.column.name} as json[]), lambda line: {inner}))"


def nested_lines_sql(export: Export, lines: LineList, amount: str) -> str:
    """order_lines: one per element."""
    inner, key = inner_export(export, lines), order_key(export)
    items = [
        (f"{text(export.name + ':')} || {key} || '-' || line_number", "order_line_id"),
        (key, "order_id"),
        (f"{text(export.name + ':')} || {key}", "record_id"),
        (text(export.name), "feed"),
        ("line_number", "line_number"),
    ]
    items += [(article, "sku")] if (article := _article(inner)) else []
    items += [(column.name, name) for meaning, name in _NAMED if (column := inner.first_of(meaning)) is not None]
    quantity = inner.first_of("quantity")
    items.append((f"coalesce({quantity.name}, 1)" if quantity else "1", "quantity"))
    for meaning, value, name in (
        ("unit_price", "{}", "unit_price"),
        ("discount", "abs(coalesce({}, 0))", "discount_amount"),
    ):
        if (column := inner.first_of(meaning)) is not None:
            items.append((value.format(column.name), name))
    items.append((f"coalesce({amount}, 0)", "amount"))
    body = ["select", *select(items), "from line_rows"]
    return file_of("What was sold, product by product.", "one row per sold line", _opened(export, lines), body)


def nested_products_sql(export: Export, lines: LineList) -> str | None:
    """products, as the latest sale of each tells of it; ``None`` when nothing but a number is known of them."""
    inner = inner_export(export, lines)
    known = [(column, name) for meaning, name in _OF_PRODUCTS if (column := inner.first_of(meaning)) is not None]
    article = _article(inner)
    if not article or all(name == "gtin" for _, name in known):
        return None
    moment = Moments(export, "created_at", "occurred_at", "closed_at", "updated_at").value
    order = f"order by {moment}, _file_id, _row, line_number"
    items = [(article, "sku")]
    items += [(f"last({column.name} {order}) filter (where {column.name} is not null)", name) for column, name in known]
    body = ["select", *select(items), "from line_rows", f"where {article} is not null", f"group by {article}"]
    return file_of("Products, as their latest sale tells of them.", "one row per product", _opened(export, lines), body)


def _article(inner: Export) -> str:
    found: list[Column | None] = [inner.first_of(meaning) for meaning in ("sku", "gtin", "product_name")]
    names = [
        column.name if column.shape.kind == "string" else f"cast({column.name} as varchar)"
        for column in found
        if column is not None
    ]
    return f"coalesce({', '.join(names)})" if len(names) > 1 else "".join(names)


def _opened(export: Export, lines: LineList) -> list[list[str]]:
    """CTEs that give ``line_rows``: a row per element, with its fields beside the order's columns."""
    array = f"cast({lines.column.name} as json[])"
    used = [field for field in lines.fields if field.meaning and field.shape.kind not in {"array", "object"}]
    return [
        [
            "opened as (",
            f"    select *, unnest({array}) as line, generate_subscripts({array}, 1) as line_number",
            f"    from {export.name}",
            ")",
        ],
        [
            "line_rows as (",
            "    select",
            "        *,",
            *(f"        {lines.value(field)} as {field.name}{',' * (field is not used[-1])}" for field in used),
            "    from opened",
            ")",
        ],
    ]
