"""Exports of systems that no preset covers: shops, tills, payments."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

EXPORTS = yaml.safe_load((Path(__file__).parent / "without_preset.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def tried(drafts_in):
    return drafts_in("systems", {f"{name}.csv": text for name, text in EXPORTS.items()})


def money(tried, name):
    orders = {row["order_id"]: (row["gross_revenue"], row["is_cancelled"]) for row in tried[name].rows("orders")}
    returns = {row["order_id"]: row["amount"] for row in tried[name].rows("returns")}
    return orders, returns


def test_every_export_is_one_of_orders_and_wholly_accepted(tried):
    assert {item.draft.about for item in tried.values()} == {"orders or receipts"}
    assert all(item.trial.refused == () and item.trial.warnings == () for item in tried.values())


def test_an_order_paid_back_is_a_sale_and_a_return(tried):
    orders, returns = money(tried, "wc_orders")
    assert orders == {
        "5101": (Decimal("65.80"), False),
        "5102": (Decimal("5.90"), True),
        "5103": (Decimal("54.90"), False),
    }
    assert returns == {"5103": Decimal("54.90")}
    numbers = tried["wc_orders"].identifiers("shop_customer_id")
    assert {number.rpartition("-")[2] for number in numbers} == {"12", "15"}


def test_a_bare_id_numbers_orders_where_rows_are_sales(tried):
    orders, returns = money(tried, "magento_orders")
    assert orders["000000103"] == (Decimal("59.90"), False)
    assert returns == {"000000103": Decimal("59.90")}
    orders, returns = money(tried, "lightspeed_r_sales_lines")
    assert orders == {"lightspeed-10021": (Decimal("77.70"), False)}
    assert returns == {None: Decimal("6.40")}
    assert {row["category"] for row in tried["lightspeed_r_sales_lines"].rows("products")} == {"Home"}


def test_payments_are_told_to_be_payments(tried):
    orders, returns = money(tried, "unified_payments")
    assert [cancelled for _, cancelled in orders.values()] == [False, False, True]
    assert returns == {"ch_3Pabc2": Decimal("54.90")}
    assert any("these are payments" in doubt for doubt in tried["unified_payments"].draft.doubts)
    assert tried["unified_payments"].identifiers("loyalty_card") == set()
