"""A draft of a first file also reads what only later files say: cancelled orders, returns, discounts."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.draft.conftest import try_drafts


def _later(tmp_path, name, header, first, second, **options):
    """What becomes of two files, of which the draft saw the first."""
    paths = [tmp_path / f"{name}_2026-06-0{day}.csv" for day in (1, 2)]
    for path, rows in zip(paths, (first, second), strict=True):
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    options = {"currency": "EUR"} | options
    return try_drafts(tmp_path / "w", {name: (paths[:1], options)}, trial_files=paths)[name]


def _shop(number, status):
    return f"W{number},2026-06-01T10:0{number}:00Z,{status},p{number}@example.net,20.00"


@pytest.mark.parametrize(
    "word",
    ["Cancelled", "voided", "storniert", "annulée", "Annullato", "geannuleerd", "anulowane", "failed", "wc-failed"],
)
def test_cancelled_orders_are_known_though_the_first_file_had_none(tmp_path, word):
    header = "Order ID,Date,Status,Email,Total"
    first = [_shop(number, ("paid", "shipped")[number % 2]) for number in range(1, 6)]
    tried = _later(tmp_path, "webshop", header, first, [_shop(6, word), _shop(7, "shipped")])
    cancelled = {row["order_id"]: row["is_cancelled"] for row in tried.rows("orders")}
    assert [number for number, is_so in cancelled.items() if is_so] == ["W6"]
    assert tried.rows("returns") == []


def test_a_refund_is_known_though_the_first_file_had_none(tmp_path):
    header = "Order ID,Date,Status,Email,SKU,Quantity,Price"
    lines = [f"W{n},2026-06-01T10:0{n}:00Z,paid,p{n}@example.net,{sku},1,5.00" for n in range(1, 4) for sku in "AB"]
    back = [f"W4,2026-06-02T10:00:00Z,{word},p4@example.net,{sku},1,5.00" for word in ("refunded",) for sku in "AB"]
    partly = ["W5,2026-06-02T11:00:00Z,partially refunded,p5@example.net,A,1,5.00"]
    tried = _later(tmp_path, "webshop", header, lines, [*back, *partly])
    assert sum(row["gross_revenue"] for row in tried.rows("orders")) == Decimal("45.00")
    assert [(row["order_id"], row["amount"]) for row in tried.rows("returns")] == [("W4", Decimal("10.00"))]


def test_a_negative_row_of_a_till_is_a_return_though_the_first_file_had_none(tmp_path):
    header = "Receipt No,Date,Store,Till,SKU,Qty,Price,Discount,Line Total"
    sold = [f"R{n},2026-06-01 10:0{n},Leeds,1,A{line},2,5.00,0.00,10.00" for n in range(1, 4) for line in range(2)]
    later = [
        "R9,2026-06-02 10:00,Leeds,1,A0,2,5.00,1.00,9.00",
        "R9,2026-06-02 10:00,Leeds,1,A1,2,5.00,2.00,8.00",
        "R8,2026-06-02 10:30,Leeds,1,A0,-1,5.00,0.00,-5.00",
    ]
    tried = _later(tmp_path, "till", header, sold, later)
    orders = {row["order_id"]: row for row in tried.rows("orders")}
    assert sum(row["gross_revenue"] for row in orders.values()) == Decimal("77.00")
    assert orders["till-R9"]["discount_amount"] == Decimal("3.00")
    assert [row["amount"] for row in tried.rows("returns")] == [Decimal("5.00")]
    assert sum(row["amount"] for row in tried.rows("order_lines")) == Decimal("77.00")


def test_a_discount_between_amounts_of_the_order_stands_once(tmp_path):
    header = "Order No,Date,Email,SKU,Qty,Price,Subtotal,Discount,Shipping,Total"
    first = [
        f"W{n},2026-06-01T10:0{n}:00Z,p{n}@example.net,A{line},1,5.00,{10 * n}.00,0.00,2.00,{10 * n + 2}.00"
        for n in range(1, 4) for line in range(2)
    ]  # fmt: skip
    second = [f"W9,2026-06-02T10:00:00Z,p9@example.net,A{line},1,20.00,40.00,6.00,2.00,36.00" for line in range(2)]
    tried = _later(tmp_path, "webshop", header, first, second)
    (order,) = [row for row in tried.rows("orders") if row["order_id"] == "W9"]
    assert (order["discount_amount"], order["gross_revenue"]) == (Decimal("6.00"), Decimal("34.00"))
    assert any("whether Discount stands once per line" in doubt for doubt in tried.draft.doubts)


def test_a_withdrawal_is_known_though_the_first_file_had_none(tmp_path):
    header = "Customer ID,Email,Email Marketing Consent"
    first = [f"C{n},p{n}@example.net,subscribed" for n in range(1, 5)]
    tried = _later(tmp_path, "people", header, first, ["C1,p1@example.net,Withdrawn", "C9,p9@example.net,abc"])
    said = {row["record_id"]: row["status"] for row in tried.rows("consents")}
    assert said == {"people:C1": "out", "people:C2": "in", "people:C3": "in", "people:C4": "in"}
