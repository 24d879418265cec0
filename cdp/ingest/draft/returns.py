"""Mapping SQL of what came back, and of money that was given back."""

from __future__ import annotations

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export
from cdp.ingest.draft.levels import level_of
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.people import as_text
from cdp.ingest.draft.sales import GOODS, currency_of, record_of, where
from cdp.ingest.draft.sqltext import file_of, select
from cdp.ingest.draft.trade import Trade


def returns_sql(export: Export, trade: Trade) -> str | None:
    """returns: rows that came back, and what the order says was refunded; ``None`` when neither is told."""
    refunded = export.first_of("refunded")
    rows = _returned_rows(export, trade) if trade.is_return else []
    if refunded is not None and not rows:
        return _of_amounts(export, trade, refunded)
    whole = _whole_refunds(export, trade) if trade.is_refunded else []
    if not rows and not whole:
        return None
    sales = _sales(export, trade) if rows else []
    body = [*rows, "union all by name", *whole] if rows and whole else rows or whole
    said = {
        (True, False): "What came back. The sale it comes from is known only where both stand under one number.",
        (False, True): "Orders whose money was given back; when is unknown.",
        (True, True): "What came back, and orders whose money was given back as a whole; when is unknown for these.",
    }
    grains = {(True, False): "returned line", (False, True): "refunded order", (True, True): "returned line or order"}
    is_told = (bool(rows), bool(whole))
    return file_of(said[is_told], f"one row per {grains[is_told]}", [sales], body)


def _channel(export: Export) -> tuple[str, str]:
    return text("store" if export.channel == "store" else "post"), "return_channel"


def _refund(export: Export, trade: Trade, amount: str) -> list[tuple[str, str]]:
    return [
        (f"{text(export.name + ':')} || {trade.key} || ':refund'", "return_id"),
        (trade.key, "order_id"),
        *record_of(export, trade),
        _channel(export),
        (amount, "amount"),
        (currency_of(export), "currency"),
    ]


def _of_amounts(export: Export, trade: Trade, refunded: Column) -> str:
    total = "sum" if export.is_many and level_of(export, refunded) == "row" else "max"
    amount = f"{total}(abs({refunded.name}))"
    if trade.total or trade.amount != "0":
        amount = f"least({amount}, abs({_worth(trade)}))"
        export.doubt(
            f"{refunded.source} is taken for goods given back, up to what the goods of the order were worth: "
            "it may hold shipping too"
        )
    items = _refund(export, trade, amount)
    cancelled = [f"{column.name} is null" for column in export.all_of("cancelled_at")]
    body = ["select", *select(items), f"from {export.name}", *where(f"{refunded.name} <> 0", *cancelled)]
    return file_of(
        "Money given back, as far as the order says so; products and time are unknown.",
        "one row per refunded order",
        [],
        [*body, f"group by {trade.key}"],
    )


def _worth(trade: Trade) -> str:
    sold = f"sum({trade.amount})"
    return f"coalesce(arg_min({trade.total}, _row), {sold}, 0)" if trade.total else f"coalesce({sold}, 0)"


def _whole_refunds(export: Export, trade: Trade) -> list[str]:
    items = _refund(export, trade, f"abs({_worth(trade)})")
    body = ["select", *select(items), f"from {export.name}", *where(trade.is_refunded, trade.sold)]
    return [*body, f"group by {trade.key}"]


def _sales(export: Export, trade: Trade) -> list[str]:
    return [
        "sales as (",
        f"    select distinct {trade.key} as sale_id",
        f"    from {export.name}",
        *(f"    {line}" for line in where(trade.sold)),
        ")",
    ]


def _returned_rows(export: Export, trade: Trade) -> list[str]:
    items = [
        (f"{text(export.name + ':')} || {trade.key} || '-' || _row", "return_id"),
        ("sales.sale_id", "order_id"),
        *record_of(export, trade),
        _channel(export),
        (trade.moment, "returned_at"),
    ]
    items += [(trade.article, "sku")] if trade.article else []
    for meaning, name in GOODS[:1]:
        if (column := export.first_of(meaning, owners=("item", ""))) is not None:
            items.append((as_text(column), name))
    items += [(f"abs(coalesce({trade.quantity}, 1))", "quantity"), (f"abs(coalesce({trade.amount}, 0))", "amount")]
    items.append((currency_of(export, per_row=True), "currency"))
    return [
        "select",
        *select(items),
        f"from {export.name}",
        f"left join sales on {trade.key} = sales.sale_id",
        *where(trade.is_return, trade.is_line),
    ]
