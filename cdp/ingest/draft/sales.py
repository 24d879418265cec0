"""Mapping SQL of orders and receipts: who bought, what was sold, what came back."""

from __future__ import annotations

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.levels import level_of
from cdp.ingest.draft.nested import nested_lines_sql, nested_products_sql
from cdp.ingest.draft.people import as_text, identifier_columns, person_fields, union
from cdp.ingest.draft.sqltext import file_of, select
from cdp.ingest.draft.states import first_row, is_cancelled, order_states
from cdp.ingest.draft.trade import Trade

GOODS = (("gtin", "gtin"), ("product_name", "product_name"))
_OF_PRODUCTS = (("gtin", "gtin"), ("product_name", "title"), ("brand", "brand"), ("category", "category"),
                ("colour", "colour"))  # fmt: skip


def record_of(export: Export, trade: Trade) -> list[tuple[str, str]]:
    """The record that a fact belongs to, and the feed."""
    return [(f"{text(export.name + ':')} || {trade.key}", "record_id"), (text(export.name), "feed")]


def _filter(condition: str) -> str:
    return f" filter (where {condition})" if condition else ""


def where(*conditions: str) -> list[str]:
    """The line of SQL that holds rows to these conditions; empty ones hold always."""
    found = [condition for condition in conditions if condition]
    return [f"where {' and '.join(found)}"] if found else []


def records_sql(export: Export, trade: Trade) -> str:
    """identity_records: one per order."""
    items = [
        *record_of(export, trade),
        (trade.key, "source_id"),
        (text("receipt" if export.channel == "store" else "order"), "record_kind"),
        (f"min({trade.moment})", "first_observed_at"),
        (f"max({trade.moment})", "last_observed_at"),
        *((f"arg_min({value}, _row)", name) for value, name in person_fields(export)),
    ]
    body = ["select", *select(items), f"from {export.name}", f"group by {trade.key}"]
    return file_of("What an order says of its buyer.", "one row per order", [], body)


def identifiers_sql(export: Export, trade: Trade) -> str:
    """record_identifiers: what each order carries."""
    names = (" as order_key", " as identifier_type", " as identifier_value", " as country", " as seen_at")
    selects = []
    for number, (kind, value, country) in enumerate(identifier_columns(export)):
        values = (trade.key, text(kind), value, country, trade.moment)
        named = (f"{item}{name if number == 0 else ''}" for item, name in zip(values, names, strict=True))
        selects.append(f"select {', '.join(named)}")
    body = [
        "select",
        f"    {text(export.name + ':')} || order_key as record_id,",
        f"    {text(export.name)} as feed,",
        "    identifier_type,",
        "    identifier_value,",
        "    max(country) as country,",
        "    min(seen_at) as first_seen_at,",
        "    max(seen_at) as last_seen_at,",
        "    count(*) as count_seen",
        "from observed",
        "where identifier_value is not null",
        "group by order_key, identifier_type, identifier_value",
    ]
    return file_of(
        "What points from an order to a person, and the order itself.",
        "one row per order, identifier type and value",
        [["observed as (", *union(selects, export.name), ")"]],
        body,
    )


def _head(export: Export, meaning: str) -> str | None:
    """SQL of an order's own value: the first of its rows that has one."""
    column = export.first_of(meaning, owners=("", "billing", "person", "store", "device"))
    return first_row(column) if column else None


def orders_sql(export: Export, trade: Trade) -> str:
    """orders: one per sale."""
    sold = f"sum({trade.amount}){_filter(trade.sold)}"
    gross = f"coalesce(arg_min({trade.total}, _row), {sold}, 0)" if trade.total else f"coalesce({sold}, 0)"
    states = order_states(export)
    items = [
        (trade.key, "order_id"),
        *record_of(export, trade),
        (text(export.channel), "channel"),
        (f"min({trade.moment})", "ordered_at"),
        *([(first_row(states[0]), "status")] if states else []),
        (is_cancelled(export, states), "is_cancelled"),
        (currency_of(export), "currency"),
        (gross, "gross_revenue"),
        *_order_amounts(export, trade),
    ]
    meanings = ("store_id", "discount_code", "cart_id") if export.channel == "store" else ("discount_code", "cart_id")
    items += [(found, meaning) for meaning in meanings if (found := _head(export, meaning)) is not None]
    if export.channel == "store" and not export.has("store_id") and (till := _head(export, "till_id")) is not None:
        items.append((till, "store_id"))
    having = [f"having count(*){_filter(trade.sold)} > 0"] if trade.sold else []
    body = ["select", *select(items), f"from {export.name}", f"group by {trade.key}", *having]
    return file_of("Sales. What came back is in returns.", "one row per order", [], body)


def _order_amounts(export: Export, trade: Trade) -> list[tuple[str, str]]:
    found = []
    for meaning in ("discount", "shipping", "tax"):
        column = export.first_of(meaning, owners=("", "store", "shipping") if meaning == "shipping" else ("", "store"))
        if column is not None:
            per_row = export.is_many and level_of(export, column) == "row"
            value = f"sum({column.name}){_filter(trade.sold)}" if per_row else f"arg_min({column.name}, _row)"
            found.append((f"abs(coalesce({value}, 0))", f"{meaning}_amount"))
    return found


def currency_of(export: Export, *, per_row: bool = False) -> str:
    """SQL of the currency, of a row or of a group of rows."""
    column = export.first_of("currency")
    if column is not None:
        return f"upper({column.name})" if per_row else f"upper(arg_min({column.name}, _row))"
    if not any(item.shape.currency for item in export.columns):
        export.doubt(f"no column names the currency; {export.currency or 'none'} is written into orders.sql")
    return text(export.currency) if export.currency else "cast(null as varchar)"


def lines_sql(export: Export, trade: Trade) -> str | None:
    """order_lines; ``None`` when the export knows no products."""
    if export.lines is not None:
        return nested_lines_sql(export, export.lines, trade.amount_in_list)
    if not trade.has_lines:
        return None
    items = [
        (f"{text(export.name + ':')} || {trade.key} || '-' || line_number", "order_line_id"),
        (trade.key, "order_id"),
        *record_of(export, trade),
        ("line_number", "line_number"),
    ]
    items += [(trade.article, "sku")] if trade.article else []
    for meaning, name in GOODS:
        if (column := export.first_of(meaning, owners=("item", ""))) is not None:
            items.append((as_text(column), name))
    items.append((f"coalesce({trade.quantity}, 1)", "quantity"))
    if (price := export.first_of("unit_price", owners=("item", ""))) is not None:
        items.append((price.name, "unit_price"))
    discount = export.first_of("discount", owners=("item",)) or export.first_of("discount")
    if discount is not None and level_of(export, discount) == "row":
        items.append((f"abs(coalesce({discount.name}, 0))", "discount_amount"))
    items.append((f"coalesce({trade.amount}, 0)", "amount"))
    numbered = [
        "numbered as (",
        f"    select *, row_number() over (partition by {trade.key} order by _row) as line_number",
        f"    from {export.name}",
        *(f"    {line}" for line in where(trade.sold)),
        ")",
    ]
    body = ["select", *select(items), "from numbered"]
    return file_of("What was sold, product by product.", "one row per sold line", [numbered], body)


def products_sql(export: Export, trade: Trade) -> str | None:
    """products, as the latest sale of each tells of it; ``None`` when nothing but a number is known of them."""
    if export.lines is not None:
        return nested_products_sql(export, export.lines)
    known = [(column, name) for meaning, name in _OF_PRODUCTS
             if (column := export.first_of(meaning, owners=("item", ""))) is not None]  # fmt: skip
    if not trade.article or all(name == "gtin" for _, name in known):
        return None
    order = f"order by {trade.moment}, _file_id, _row"
    items = [(trade.article, "sku")]
    items += [
        (f"last({as_text(column)} {order}) filter (where {column.name} is not null)", name) for column, name in known
    ]
    lines = where(f"{trade.article} is not null", trade.is_line)
    body = ["select", *select(items), f"from {export.name}", *lines, f"group by {trade.article}"]
    return file_of("Products, as their latest sale tells of them.", "one row per product", [], body)


def touchpoints_sql(export: Export, trade: Trade) -> str:
    """touchpoints: a purchase, and goods brought back, as dated contacts."""
    sold = "Order Completed" if export.channel == "store" else "Order Placed"
    event, step, grouped = text(sold), "'sale'", [trade.key]
    if trade.is_return:
        event = f"case when {trade.is_return} then 'Order Returned' else '{sold}' end"
        step = f"case when {trade.is_return} then 'return' else 'sale' end"
        grouped.append(trade.is_return)
    lines = f"sum({trade.amount})"
    items = [
        (f"{text(export.name + ':')} || {trade.key} || ':' || {step}", "touchpoint_id"),
        *record_of(export, trade),
        (text(export.channel), "channel"),
        (event, "event_name"),
        (f"min({trade.moment})", "occurred_at"),
        (trade.key, "order_id"),
        (f"abs(coalesce(arg_min({trade.total}, _row), {lines}))" if trade.total else f"abs({lines})", "amount"),
    ]
    body = ["select", *select(items), f"from {export.name}"]
    body += [*where(f"{trade.moment} is not null", trade.is_line), f"group by {', '.join(grouped)}"]
    return file_of("Orders, and goods brought back, as dated contacts.", "one row per order and kind of row", [], body)
