"""Mapping SQL of orders and receipts: who bought, what was sold, what came back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export, level_of
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text, identifier_columns, person_fields, union
from cdp.ingest.draft.sqltext import MOMENT, Moments, file_of, select

_WHEN = ("created_at", "occurred_at", "closed_at", "updated_at")


@dataclass(frozen=True)
class Trade:
    """How an order export is built. ``amount`` is SQL of a row's merchandise value; ``is_line`` and ``is_return``
    are SQL conditions on rows, ``total`` SQL of an order's own value where it stands once per order."""

    moments: Moments
    amount: str
    quantity: str
    has_lines: bool
    is_line: str
    is_return: str
    is_head: str
    total: str | None


def trade_of(export: Export) -> Trade:
    """Work out how the rows of an order export relate to orders."""
    moments = Moments(export, *_WHEN)
    if moments.column is None:
        export.doubt("no column says when it was ordered; orders need it")
    line_words, head_words, other = _row_kinds(export)
    has_lines = export.has("sku", "gtin", "product_name") or (export.is_many and export.has("quantity"))
    quantity = export.first_of("quantity", owners=("item", ""))
    amount, used = _row_amount(export)
    total = _order_total(export) if not line_words else None
    returned = _return_condition(export, used, other)
    return Trade(
        moments, amount, quantity.name if quantity else "1", has_lines,
        line_words, returned, head_words, total,
    )  # fmt: skip


def _row_kinds(export: Export) -> tuple[str, str, str]:
    """Conditions for line rows and head rows of a file that mixes kinds of rows, and the column that tells them."""
    for column in export.all_of("type", "event_name", "status"):
        words = {value.lower() for value in column.values}
        lines = sorted(word for word in words if re.search(r"line|item|product", word))
        heads = sorted(word for word in words - set(lines) if re.search(r"^(sale|order|transaction|receipt|return)s?$", word))
        if lines and heads and len(words) <= 12:
            export.doubt(f"{column.source} mixes {', '.join(sorted(words))}: {', '.join(lines)} are taken for what was sold, others only for the order")
            listed, told = ", ".join(map(text, lines)), ", ".join(map(text, heads))
            return f"lower({column.name}) in ({listed})", f"lower({column.name}) in ({told})", column.name
    return "", "", ""


def _row_amount(export: Export) -> tuple[str, list[Column]]:
    """SQL of what a row sold for with tax, and the columns it is made of."""
    owners = ("item",) if any(c.owner == "item" and c.meaning in {"unit_price", "total", "net", "subtotal"} for c in export.columns) else ("", "billing", "person", "store")
    pick = {meaning: export.first_of(meaning, owners=owners) for meaning in ("total", "net", "subtotal", "gross", "unit_price", "tax", "discount", "quantity")}
    pick = {meaning: column for meaning, column in pick.items() if column is not None and level_of(export, column) == "row"}
    discount = f" - abs(coalesce({pick['discount'].name}, 0))" if "discount" in pick else ""
    tax = f" + coalesce({pick['tax'].name}, 0)" if "tax" in pick else ""
    if "net" in pick and "total" not in pick:
        return pick["net"].name + tax, [pick["net"]]
    if "total" in pick:
        return pick["total"].name, [pick["total"]]
    if "subtotal" in pick:
        return pick["subtotal"].name + tax, [pick["subtotal"]]
    if "unit_price" in pick:
        quantity = pick.get("quantity")
        times = f"coalesce({quantity.name}, 1) * " if quantity else ""
        return f"{times}{pick['unit_price'].name}{discount}", [column for column in (quantity, pick["unit_price"]) if column]
    if "gross" in pick:
        return pick["gross"].name + discount, [pick["gross"]]
    return "0", []


def _order_total(export: Export) -> str | None:
    owners = ("", "billing", "person", "store")
    known = {meaning: export.first_of(meaning, owners=owners) for meaning in ("subtotal", "total", "shipping", "net", "tax", "gross")}
    known = {meaning: column for meaning, column in known.items() if column is not None and (not export.is_many or level_of(export, column) == "order")}
    if export.has("sku", "product_name") and not export.is_many and not any(c.owner == "item" for c in export.columns):
        return None
    if "subtotal" in known:
        export.doubt(f"{known['subtotal'].source} is taken for the merchandise after discounts with tax, without shipping")
        return known["subtotal"].name
    if "total" in known:
        ship = f" - coalesce({known['shipping'].name}, 0)" if "shipping" in known else ""
        return known["total"].name + ship
    if "net" in known:
        return known["net"].name + (f" + coalesce({known['tax'].name}, 0)" if "tax" in known else "")
    return known["gross"].name if "gross" in known else None


def _return_condition(export: Export, used: list[Column], kind_column: str) -> str:
    conditions = []
    for column in export.all_of("type", "event_name", "status"):
        words = sorted({value.lower() for value in column.values if re.search(r"refund|return|retour|erstatt|storno", value.lower())})
        partial = [word for word in words if "partial" in word or word in {"refunded"} and export.has("refunded")]
        words = [word for word in words if word not in partial]
        if words and column.name != kind_column:
            conditions.append(f"coalesce(lower({column.name}) in ({', '.join(map(text, words))}), false)")
    negatives = [column for column in used if any(value.lstrip(" $€£").startswith(("-", "(")) for value in column.values)]
    if not export.has("refunded") or conditions:
        conditions += [f"coalesce({column.name} < 0, false)" for column in negatives[:1]]
    return " or ".join(conditions) or "false"


def _rows_cte(export: Export, trade: Trade) -> list[list[str]]:
    """CTEs up to ``order_rows``: every row with its order, moment, value and whether it came back."""
    key = as_text(export.key[0])
    lines = [
        "order_rows as (",
        "    select",
        "        *,",
        f"        {key} as order_key,",
        *([] if trade.moments.is_joined else [f"        {trade.moments.value} as {MOMENT},"]),
        f"        {trade.amount} as row_amount,",
        f"        {trade.is_line or 'true'} as is_line,",
        f"        {trade.is_return} as is_return",
        f"    from {trade.moments.table}",
        ")",
    ]
    return [trade.moments.cte, lines]


def records_sql(export: Export, trade: Trade) -> str:
    """identity_records: one per order."""
    items = [
        (f"{text(export.name + ':')} || order_key", "record_id"),
        (text(export.name), "feed"),
        ("order_key", "source_id"),
        (text("receipt" if export.channel == "store" else "order"), "record_kind"),
        (f"min({MOMENT})", "first_observed_at"),
        (f"max({MOMENT})", "last_observed_at"),
        *((f"arg_min({value}, _row)", name) for value, name in person_fields(export)),
    ]
    return file_of(
        "What an order says of its buyer.", "one row per order", _rows_cte(export, trade),
        ["select", *select(items), "from order_rows", "group by order_key"],
    )  # fmt: skip


def identifiers_sql(export: Export, trade: Trade) -> str:
    """record_identifiers: what each order carries."""
    selects = [
        f"select order_key, {text(kind)} as identifier_type, {value} as identifier_value, {country} as country, {MOMENT}"
        if number == 0
        else f"select order_key, {text(kind)}, {value}, {country}, {MOMENT}"
        for number, (kind, value, country) in enumerate(identifier_columns(export))
    ]
    lines = [
        "select",
        f"    {text(export.name + ':')} || order_key as record_id,",
        f"    {text(export.name)} as feed,",
        "    identifier_type,",
        "    identifier_value,",
        "    max(country) as country,",
        f"    min({MOMENT}) as first_seen_at,",
        f"    max({MOMENT}) as last_seen_at,",
        "    count(*) as count_seen",
        "from observed",
        "where identifier_value is not null",
        "group by order_key, identifier_type, identifier_value",
    ]
    return file_of(
        "What points from an order to a person, and the order itself.", "one row per order, identifier type and value",
        [*_rows_cte(export, trade), ["observed as (", *union(selects, "order_rows"), ")"]], lines,
    )  # fmt: skip


def _head(export: Export, meaning: str, default: str = "") -> str | None:
    column = export.first_of(meaning, owners=("", "billing", "person", "store", "device"))
    return f"arg_min({column.name}, _row)" if column else default or None


def orders_sql(export: Export, trade: Trade) -> str:
    """orders: one per sale."""
    sold = "sum(row_amount) filter (where is_line and not is_return)"
    gross = f"coalesce(arg_min({trade.total}, _row), {sold}, 0)" if trade.total else f"coalesce({sold}, 0)"
    status = _head(export, "status")
    cancelled = [column for column in export.all_of("cancelled_at")]
    words = sorted({value.lower() for column in export.all_of("status") for value in column.values if re.search(r"cancel|void|storn|annul", value.lower())})
    is_cancelled = f"max({cancelled[0].name}) is not null" if cancelled else f"coalesce(lower({status}) in ({', '.join(map(text, words))}), false)" if words and status else "false"
    currency = export.first_of("currency")
    money = f"upper(arg_min({currency.name}, _row))" if currency else f"{text(export.currency)}" if export.currency else "cast(null as varchar)"
    if not currency and not export.currency:
        export.doubt("no column names the currency; write it into orders.sql")
    items = [
        ("order_key", "order_id"),
        (f"{text(export.name + ':')} || order_key", "record_id"),
        (text(export.name), "feed"),
        (text(export.channel), "channel"),
        (f"min({MOMENT})", "ordered_at"),
        *([(status, "status")] if status else []),
        (is_cancelled, "is_cancelled"),
        (money, "currency"),
        (gross, "gross_revenue"),
    ]
    for meaning, name in (("discount", "discount_amount"), ("shipping", "shipping_amount"), ("tax", "tax_amount")):
        column = export.first_of(meaning, owners=("", "store"))
        if column is not None:
            per_row = level_of(export, column) == "row" and export.is_many
            value = f"sum({column.name}) filter (where is_line and not is_return)" if per_row else f"arg_min({column.name}, _row)"
            items.append((f"abs(coalesce({value}, 0))", name))
    for meaning, name in (("store_id", "store_id"), ("discount_code", "discount_code"), ("cart_id", "cart_id")):
        if (found := _head(export, meaning)) is not None and (name != "store_id" or export.channel == "store"):
            items.append((found, name))
    having = ["having count(*) filter (where not is_return) > 0"] if trade.is_return != "false" else []
    return file_of(
        "Sales. What came back is in returns.", "one row per order", _rows_cte(export, trade),
        ["select", *select(items), "from order_rows", "group by order_key", *having],
    )  # fmt: skip


def lines_sql(export: Export, trade: Trade) -> str | None:
    """order_lines; ``None`` when the export knows no products."""
    if not trade.has_lines:
        return None
    items = [
        (f"{text(export.name + ':')} || order_key || '-' || line_number", "order_line_id"),
        ("order_key", "order_id"),
        (f"{text(export.name + ':')} || order_key", "record_id"),
        (text(export.name), "feed"),
        ("line_number", "line_number"),
    ]
    for meaning, name in (("sku", "sku"), ("gtin", "gtin"), ("product_name", "product_name")):
        if (column := export.first_of(meaning, owners=("item", ""))) is not None:
            items.append((as_text(column), name))
    items.append((f"coalesce({trade.quantity}, 1)", "quantity"))
    if (price := export.first_of("unit_price", owners=("item", ""))) is not None:
        items.append((price.name, "unit_price"))
    if (discount := export.first_of("discount", owners=("item",)) or export.first_of("discount")) is not None and level_of(export, discount) == "row":
        items.append((f"abs(coalesce({discount.name}, 0))", "discount_amount"))
    items.append(("coalesce(row_amount, 0)", "amount"))
    number = ["numbered as (", "    select *, row_number() over (partition by order_key order by _row) as line_number", "    from order_rows", "    where is_line and not is_return", ")"]
    return file_of(
        "What was sold, product by product.", "one row per sold line", [*_rows_cte(export, trade), number],
        ["select", *select(items), "from numbered"],
    )  # fmt: skip


def returns_sql(export: Export, trade: Trade) -> str | None:
    """returns: rows that came back, or what the order says was refunded; ``None`` when neither is told."""
    refunded = export.first_of("refunded")
    channel = "store" if export.channel == "store" else "post"
    head = [(f"{text(export.name + ':')} || order_key || {{}}", "return_id")]
    if trade.is_return == "false":
        if refunded is None:
            return None
        items = [
            (head[0][0].format("':refund'"), "return_id"), ("order_key", "order_id"),
            (f"{text(export.name + ':')} || order_key", "record_id"), (text(export.name), "feed"),
            (text(channel), "return_channel"), (f"max(abs({refunded.name}))", "amount"),
        ]  # fmt: skip
        return file_of(
            "Money given back, as far as the order says so; products and time are unknown.", "one row per refunded order",
            _rows_cte(export, trade),
            ["select", *select(items), "from order_rows", f"where {refunded.name} <> 0", "group by order_key"],
        )  # fmt: skip
    items = [
        (head[0][0].format("'-' || _row"), "return_id"),
        ("case when order_key in (select s.order_key from order_rows as s where not s.is_return) then order_key end", "order_id"),
        (f"{text(export.name + ':')} || order_key", "record_id"), (text(export.name), "feed"),
        (text(channel), "return_channel"), (MOMENT, "returned_at"),
    ]  # fmt: skip
    for meaning, name in (("sku", "sku"), ("gtin", "gtin")):
        if (column := export.first_of(meaning, owners=("item", ""))) is not None:
            items.append((as_text(column), name))
    items += [(f"abs(coalesce({trade.quantity}, 1))", "quantity"), ("abs(coalesce(row_amount, 0))", "amount")]
    return file_of(
        "What came back. The sale it comes from is known only where both stand under one number.", "one row per returned line",
        _rows_cte(export, trade), ["select", *select(items), "from order_rows", "where is_return and is_line"],
    )  # fmt: skip


def touchpoints_sql(export: Export, trade: Trade) -> str:
    """touchpoints: a purchase, and goods brought back, as dated contacts."""
    sold = "Order Completed" if export.channel == "store" else "Order Placed"
    event = f"case when is_return then 'Order Returned' else '{sold}' end" if trade.is_return != "false" else text(sold)
    step = "case when is_return then 'return' else 'sale' end" if trade.is_return != "false" else "'sale'"
    value = f"coalesce(arg_min({trade.total}, _row), sum(row_amount) filter (where is_line))" if trade.total else "sum(row_amount) filter (where is_line)"
    items = [
        (f"{text(export.name + ':')} || order_key || ':' || {step}", "touchpoint_id"),
        (f"{text(export.name + ':')} || order_key", "record_id"),
        (text(export.name), "feed"),
        (text(export.channel), "channel"),
        (event, "event_name"),
        (f"min({MOMENT})", "occurred_at"),
        ("order_key", "order_id"),
        (f"abs({value})", "amount"),
    ]
    return file_of(
        "Orders, and goods brought back, as dated contacts.", "one row per order and kind of row", _rows_cte(export, trade),
        ["select", *select(items), "from order_rows", f"where {MOMENT} is not null", "group by order_key, is_return"],
    )  # fmt: skip
