"""What a status or kind says of an order: called off or come back, and what only sounds like it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdp.engines import open_engine
from cdp.ingest.draft.state_words import is_cancelling, is_returning, says_cancelled, says_returned

CANCELLED = [
    "Cancelled", "canceled by customer request", "Cancelled - payment declined", "Cancelled (no payment)", "voided",
    "storniert", "annulée", "failed", "wc-failed", "Payment failed", "payment_declined", "Card declined: no funds",
    "Order rejected", "rejected", "Zahlung abgelehnt", "paiement refusé", "Failed payment", "expired",
    "No stock - cancelled", "Quotation Sent", "draft", "Draft order", "Angebot", "devis envoyé",
]  # fmt: skip
NOT_CANCELLED = [
    "Cancellation rejected", "Return rejected", "Delivery failed - redelivered", "Cancellation requested", "paid",
    "Not cancelled", "cancel pending", "Refund declined", "nicht storniert", "Stornierung beantragt",
    "Devis accepté", "Angebot angenommen", "Quotation accepted", "Quote - paid", "Presupuesto aceptado",
    "pas annulée", "Non-cancellable", "Address check failed", "uncancelled",
]  # fmt: skip
RETURNED = [
    "refunded", "Returned", "REFUND_COMPLETED", "return", "Returns", "zurückerstattet", "Retoure", "remboursée",
    "devuelto", "Refund issued", "chargeback",
]  # fmt: skip
NOT_RETURNED = [
    "Returning", "Return to sender", "Free returns", "Returnable", "Non-returnable", "not refunded", "Not returned",
    "refund rejected", "Return requested", "Refund pending", "Non-refundable", "nicht erstattet", "keine Rückgabe",
    "Erstattung abgelehnt", "pas remboursé", "no refund", "Pending refund", "unrefunded", "Refund not issued",
    "partially refunded", "Return window open", "Not yet refunded", "shipped",
]  # fmt: skip


@pytest.fixture(scope="module")
def engine():
    engine = open_engine("duckdb", threads=1)
    yield engine
    engine.close()


def _said(engine, sql, words):
    found = engine.rows(f"select word, {sql} from (select unnest($words) as word)", {"words": words})
    return {word for word, holds in found if holds}


def test_orders_called_off_are_told_from_those_that_were_not(engine):
    words = [*CANCELLED, *NOT_CANCELLED]
    assert _said(engine, says_cancelled("lower(word)"), words) == set(CANCELLED)
    assert {word for word in words if is_cancelling(word)} == set(CANCELLED)


@pytest.mark.parametrize("is_kind", [False, True])
def test_what_came_back_is_told_from_what_did_not(engine, is_kind):
    words = [*RETURNED, *NOT_RETURNED]
    assert _said(engine, says_returned("lower(word)", is_kind=is_kind), words) == set(RETURNED)
    assert {word for word in words if is_returning(word, is_kind=is_kind)} == set(RETURNED)


def _orders(head, words):
    rows = [
        f"A-{number},2026-05-0{number} 10:00,p{number}@example.com,10.00,{word}" for number, word in enumerate(words, 1)
    ]
    return "\n".join([f"Order ID,Order Date,Customer Email,Total,{head}", *rows]) + "\n"


@pytest.mark.parametrize("head", ["Customer Type", "Delivery Type", "Item Type"])
def test_types_of_customers_deliveries_and_goods_are_no_returns(drafts_of, head):
    tried = drafts_of({"webshop.csv": _orders(head, ["Return", "New", "Returning", "Return"])}, currency="EUR")
    assert [row["gross_revenue"] for row in tried["webshop"].rows("orders")] == [Decimal("10.00")] * 4
    assert all(table.name != "returns" or table.count == 0 for table in tried["webshop"].trial.tables)


def test_words_taken_and_left_are_told(drafts_of):
    words = ["not refunded", "refund rejected", "refunded", "payment failed"]
    tried = drafts_of({"webshop.csv": _orders("Status", words)}, currency="EUR")["webshop"]
    assert [row["order_id"] for row in tried.rows("returns")] == ["A-3"]
    assert [row["order_id"] for row in tried.rows("orders") if row["is_cancelled"]] == ["A-4"]
    assert "orders whose Status says refunded are taken for returns" in tried.draft.doubts
    assert "orders whose Status says payment failed are taken for cancelled" in tried.draft.doubts
    assert any("not refunded, refund rejected is taken for neither" in doubt for doubt in tried.draft.doubts)


def test_a_kind_that_says_return_is_told(drafts_of):
    rows = "R1,2026-05-01 10:00,sale,A,1,5.00\nR2,2026-05-01 11:00,return,A,1,5.00\nR3,2026-05-02 10:00,sale,B,1,7.00\n"
    tried = drafts_of({"till.csv": "Receipt No,Date,Sale Type,SKU,Qty,Price\n" + rows}, currency="EUR")["till"]
    assert [row["amount"] for row in tried.rows("returns")] == [Decimal("5.00")]
    assert "rows whose Sale Type says return are taken for returns" in tried.draft.doubts
