"""How the rows of an order export relate to orders: lines, amounts, totals, returns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cdp.ingest.checks import text
from cdp.ingest.draft.export import Export, names_tax
from cdp.ingest.draft.levels import level_of
from cdp.ingest.draft.meanings import Column
from cdp.ingest.draft.nested import amount_of_lists, inner_export
from cdp.ingest.draft.order_key import order_key
from cdp.ingest.draft.people import as_text
from cdp.ingest.draft.prices import number_of
from cdp.ingest.draft.sqltext import Moments
from cdp.ingest.draft.states import refunded_orders, returned_rows

ORDER_TIMES = ("created_at", "occurred_at", "closed_at", "updated_at")


@dataclass(frozen=True)
class Trade:
    """How an order export is built, in SQL over the feed's rows.

    ``key`` and ``moment`` of the order; ``amount`` of a row with tax; ``total`` where it stands once per order;
    conditions ``is_line`` (the row is a product) and ``is_return``, empty where they hold for all rows or for none.
    ``article`` is what a row's product is known by, empty where nothing names it. ``is_refunded`` holds for rows of
    orders whose status says that they were paid back as a whole: sales, and returns too. ``amount_in_list`` is of a
    line that stands in a list inside its order.
    """

    key: str
    moment: str
    amount: str
    quantity: str
    total: str | None
    is_line: str
    is_return: str
    has_lines: bool
    article: str = ""
    is_refunded: str = ""
    amount_in_list: str = ""

    @property
    def sold(self) -> str:
        """Condition of rows that are products sold; empty when all are."""
        return " and ".join(filter(None, [self.is_line, f"not {self.is_return}" if self.is_return else ""]))


def trade_of(export: Export) -> Trade:
    """Work out how the rows of an order export relate to orders; what is not plain becomes a derived column."""
    moments = Moments(export, *ORDER_TIMES)
    is_line, kind_column = _row_kinds(export)
    has_lines = export.has("sku", "gtin", "product_name") or (export.is_many and export.has("quantity"))
    quantity = export.first_of("quantity", owners=("item", ""))
    amount, used = _row_amount(export)
    in_list = _row_amount(inner_export(export, export.lines))[0] if export.lines else ""
    if export.lines and amount == "0":
        amount = amount_of_lists(export.lines, in_list)
    total = _order_total(export) if not is_line else None
    returned, refunded = _return_condition(export, used, kind_column), refunded_orders(export)
    if not amount.isidentifier():
        amount = export.derive("row_amount", amount, "What the row sold for, after discount, with tax")
    if is_line:
        is_line = export.derive("is_line", is_line, "Whether the row is a product")
    if returned:
        returned = export.derive("is_return", returned, "Whether the row came back")
    key = order_key(export)
    pieces = quantity.name if quantity else "1"
    article = _article(export) if has_lines else ""
    return Trade(key, moments.value, amount, pieces, total, is_line, returned, has_lines, article, refunded, in_list)


def _article(export: Export) -> str:
    """SQL of what a product is known by: its number, else its name."""
    found = (export.first_of(meaning, owners=("item", "")) for meaning in ("sku", "gtin", "product_name"))
    names = [as_text(column) for column in found if column is not None]
    if len(names) < 2:
        return "".join(names)
    expression = f"coalesce({', '.join(names)})"
    return export.derive("article", expression, "What the product is known by: its number, else its name")


def _row_kinds(export: Export) -> tuple[str, str]:
    """The condition for product rows in a file that mixes kinds of rows, and the column that tells them apart."""
    for column in export.all_of("type", "event_name", "status"):
        words = {value.lower() for value in column.values}
        lines = sorted(word for word in words if re.search(r"line|item|product", word))
        heads = sorted(
            word for word in words - set(lines) if re.search(r"^(sale|order|transaction|receipt|return)s?$", word)
        )
        if lines and heads and len(words) <= 12:
            export.doubt(
                f"{column.source} mixes {', '.join(sorted(words))}: {', '.join(lines)} are taken for what was sold, "
                "the others for what holds for the whole order"
            )
            return f"lower({column.name}) in ({', '.join(map(text, lines))})", column.name
    return "", ""


_PRICED = frozenset({"unit_price", "total", "net", "subtotal", "gross"})
_CENT = 0.02
_OWN = ("", "billing", "person", "store")


def _amounts(export: Export, level: str, owners: Sequence[str], meanings: Sequence[str]) -> dict[str, Column]:
    """Columns by meaning that stand once per ``row`` or once per ``order``."""
    found = {}
    for meaning in meanings:
        column = export.first_of(meaning, owners=owners)
        if column is not None and (not export.is_many or level_of(export, column) == level):
            found[meaning] = column
    return found


def _row_amount(export: Export) -> tuple[str, list[Column]]:
    """SQL of what a row sold for with tax, and the columns that are below zero when it came back."""
    has_own = any(column.owner == "item" and column.meaning in _PRICED for column in export.columns)
    meanings = ("total", "net", "subtotal", "gross", "unit_price", "tax", "discount", "quantity", "tip")
    pick = _amounts(export, "row", ("item",) if has_own else _OWN, meanings)
    if "quantity" not in pick:
        pick |= _amounts(export, "row", ("",), ("quantity",))
    discount = f" - abs(coalesce({pick['discount'].name}, 0))" if "discount" in pick else ""
    tax = f" + coalesce({pick['tax'].name}, 0)" if "tax" in pick else ""
    tip = f" - coalesce({pick['tip'].name}, 0)" if "tip" in pick else ""
    for meaning, rest in (("total", tip), ("net", tax), ("subtotal", tax)):
        if meaning in pick:
            return pick[meaning].name + ("" if names_tax(pick[meaning]) else rest), [pick[meaning]]
    if "unit_price" in pick:
        quantity = pick.get("quantity")
        times = f"coalesce({quantity.name}, 1) * " if quantity else ""
        columns = [column for column in (quantity, pick["unit_price"]) if column]
        if quantity is not None and quantity.distinct > 1:
            export.doubt(
                f"no column tells whether {pick['unit_price'].source} is the price of one piece or of all of a line; "
                f"taken for one, and times {quantity.source}"
            )
        return f"{times}{pick['unit_price'].name}{discount}", columns
    return (pick["gross"].name + discount, [pick["gross"]]) if "gross" in pick else ("0", [])


def _order_total(export: Export) -> str | None:
    """SQL of an order's merchandise value where it stands once per order."""
    if export.has("sku", "product_name") and not export.is_many and not any(c.owner == "item" for c in export.columns):
        return None
    known = _amounts(export, "order", _OWN, ("subtotal", "total", "discount", "net", "tax", "gross", "tip"))
    known |= _amounts(export, "order", (*_OWN, "shipping"), ("shipping",))
    tip = f" - coalesce({known['tip'].name}, 0)" if "tip" in known else ""
    shipping = f" - coalesce({known['shipping'].name}, 0)" if "shipping" in known else ""
    if tip and "total" in known:
        export.doubt(f"{known['tip'].source} is taken to be within {known['total'].source}, and is no merchandise")
    if "subtotal" in known:
        name, discount = known["subtotal"].source, known.get("discount")
        is_before, lacks_tax = _what_it_lacks(export, known)
        tax = f" + coalesce({known['tax'].name}, 0)" if lacks_tax else ""
        told = f"and without tax, so that {known['tax'].source} is added" if lacks_tax else "with tax"
        if discount is not None and is_before:
            export.doubt(f"{name} is taken for the merchandise before {discount.source}, which is taken off, {told}")
            return f"{known['subtotal'].name} - abs(coalesce({discount.name}, 0)){tax}"
        if discount is not None and is_before is None and {"total", "shipping"} <= set(known):
            export.doubt(
                f"{known['total'].source} without {known['shipping'].source} is taken for the merchandise after "
                "discounts with tax"
            )
            return known["total"].name + shipping + tip
        export.doubt(f"{name} is taken for the merchandise after discounts, without shipping, {told}")
        return known["subtotal"].name + tax
    if "total" in known:
        return known["total"].name + shipping + tip
    if "net" in known:
        return known["net"].name + (f" + coalesce({known['tax'].name}, 0)" if "tax" in known else "")
    return known["gross"].name if "gross" in known else None


def _what_it_lacks(export: Export, known: Mapping[str, Column]) -> tuple[bool | None, bool]:
    """What has to be taken off a subtotal, or added, for the totals to come out: the discount; the tax.

    The first is ``None`` when no order tells.
    """
    before = after = lacking = within = 0
    for row in export.rows:
        sums = {name: number_of(row.get(column.source, ""), column.shape.decimal) for name, column in known.items()}
        if not sums.get("total"):
            continue
        discount, tax = abs(sums.get("discount", 0.0)), sums.get("tax", 0.0)
        rest = sums["subtotal"] + sums.get("shipping", 0.0) + sums.get("tip", 0.0) - sums["total"]
        fits = {(off, added) for off in (0.0, discount) for added in (0.0, tax) if abs(rest - off + added) < _CENT}
        if discount and fits:
            before += any(off for off, _ in fits)
            after += any(not off for off, _ in fits)
        if tax and fits:
            lacking += any(added for _, added in fits)
            within += any(not added for _, added in fits)
    return (before > after if before or after else None), lacking > within


def _return_condition(export: Export, used: list[Column], kind_column: str) -> str:
    """SQL condition of rows that came back: what their kind says, or an amount below zero."""
    conditions = returned_rows(export, kind_column)
    if used and (conditions or not export.has("refunded")):
        conditions.append(f"coalesce({used[0].name} < 0, false)")
    return " or ".join(conditions)
