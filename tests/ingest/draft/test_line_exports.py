"""Exports of order lines with the order's own amounts on every line, as plug-ins of web shops write them."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from cdp.ingest.draft.words import heading, named_meanings

HEADER = (
    "Order Number,Order Status,Order Date,First Name (Billing),Last Name (Billing),Email (Billing),"
    "Address 1&2 (Billing),City (Billing),Postcode (Billing),Order Currency,Order Subtotal Amount,Cart Discount Amount,"
    "Order Shipping Amount,Order Total Amount,Item #,SKU,Item Name,Quantity,Item Cost,Order Line Subtotal"
)
ORDERS = (
    ("3001", "refunded", "31.90,3.19,4.95,33.66", ["1,K-1,Knife,1,31.90,31.90"]),
    ("3002", "completed", "33.80,0.00,4.95,38.75", ["1,D-2,Dish,2,9.90,19.80", "2,S-3,Soap,2,7.00,14.00"]),
    ("3003", "cancelled", "7.00,0.00,4.95,11.95", ["1,S-3,Soap,1,7.00,7.00"]),
    ("3004", "processing", "45.90,4.59,0.00,41.31", ["1,K-1,Knife,1,31.90,31.90", "2,S-3,Soap,2,7.00,14.00"]),
)


def _woo():
    when = "2026-06-01 10:00"
    lines = [
        f"{number},{status},{when},Kim,Lee,p{number}@example.net,Lane {number},Leeds,LS1 4AB,EUR,{sums},{line}"
        for number, status, sums, items in ORDERS
        for line in items
    ]
    return "\n".join([HEADER, *lines]) + "\n"


def test_a_status_of_the_order_is_none_of_its_lines(drafts_of):
    tried = drafts_of({"orders.csv": _woo()})["orders"]
    orders = {row["order_id"]: row for row in tried.rows("orders")}
    assert {number: row["gross_revenue"] for number, row in orders.items()} == {
        "3001": Decimal("28.71"), "3002": Decimal("33.80"), "3003": Decimal("7.00"), "3004": Decimal("41.31"),
    }  # fmt: skip
    assert [number for number, row in orders.items() if row["is_cancelled"]] == ["3003"]
    assert sum(row["shipping_amount"] for row in orders.values()) == Decimal("14.85")
    assert [(row["order_id"], row["amount"]) for row in tried.rows("returns")] == [("3001", Decimal("28.71"))]


def test_lines_name_their_article_and_its_price(drafts_of):
    tried = drafts_of({"orders.csv": _woo()})["orders"]
    lines = {(row["sku"], row["unit_price"], row["quantity"]) for row in tried.rows("order_lines")}
    assert lines == {
        ("K-1", Decimal("31.90"), 1), ("D-2", Decimal("9.90"), 2), ("S-3", Decimal("7.00"), 2),
        ("S-3", Decimal("7.00"), 1),
    }  # fmt: skip
    assert sum(row["amount"] for row in tried.rows("order_lines")) == Decimal("118.60")


def test_words_in_brackets_say_whose_name_and_address_it_is(drafts_of):
    tried = drafts_of({"orders.csv": _woo()})["orders"]
    (person,) = [row for row in tried.rows("identity_records") if row["source_id"] == "3001"]
    assert (person["first_name"], person["street"], person["postcode"]) == ("Kim", "Lane 3001", "LS1 4AB")
    for name in ("First Name (Billing)", "Address 1&2 (Billing)", "Postcode (Billing)"):
        (column,) = [part for part in tried.contract().split("  - name: ") if f"'{name}'" in part]
        assert "classification: personal" in column


def test_an_order_form_that_asks_about_the_newsletter_brings_consents(drafts_of):
    text = "Bestellnummer;Bestelldatum;E-Mail;Artikel;Menge;Positionssumme;MwSt.;Newsletter\n" + "".join(
        f"B{n};01.06.2026 10:0{n};p{n}@example.net;Ding {line};1;10,00;1,60;{'ja' if n % 2 else 'nein'}\n"
        for n in range(1, 5) for line in range(2)
    )  # fmt: skip
    tried = drafts_of({"webshop.csv": text}, currency="EUR")["webshop"]
    said = {(row["record_id"], row["channel"], row["status"]) for row in tried.rows("consents")}
    assert said == {("webshop:B1", "email", "in"), ("webshop:B3", "email", "in")}
    assert all(str(row["stated_at"]).startswith("2026-06-01 10:0") for row in tried.rows("consents"))
    assert {row["tax_amount"] for row in tried.rows("orders")} == {Decimal("3.20")}
    assert {row["title"] for row in tried.rows("products")} == {"Ding 0", "Ding 1"}


def test_german_headers_are_known():
    known = {
        "Ticketnummer": "ticket_id", "Gelöst am": "closed_at", "Artikel": "product_name", "MwSt.": "tax",
        "Zeitpunkt": "occurred_at", "Kasse": "till_id", "Filialnummer": "store_id", "Belegart": "type",
    }  # fmt: skip
    assert {header: next(iter(named_meanings(heading(header))), "") for header in known} == known


@pytest.mark.parametrize(("name", "with_total"), [("line_items", True), ("positionen", False), ("items", False)])
def test_lines_nested_in_their_order_are_all_sold(drafts_of, name, with_total):
    orders = [
        {"order_id": f"W{n}", "created_at": f"2026-06-01T10:0{n}:00Z", "currency": "EUR", "email": f"p{n}@example.net"}
        | ({"subtotal_price": "50.00"} if with_total else {})
        | {name: [{"sku": f"A{line}", "title": f"Thing {line}", "quantity": line, "price": f"{10 * line}.00"}
                  for line in (1, 2)]}
        for n in range(1, 6)
    ]  # fmt: skip
    tried = drafts_of({"orders.jsonl": "\n".join(map(json.dumps, orders)) + "\n"})["orders"]
    lines = tried.rows("order_lines")
    assert [(row["sku"], row["quantity"], row["amount"]) for row in lines if row["order_id"] == "W3"] == [
        ("A1", 1, Decimal("10.00")), ("A2", 2, Decimal("40.00")),
    ]  # fmt: skip
    assert len({row["order_line_id"] for row in lines}) == len(lines) == 10
    assert {row["gross_revenue"] for row in tried.rows("orders")} == {Decimal("50.00")}
    assert {(row["sku"], row["title"]) for row in tried.rows("products")} == {("A1", "Thing 1"), ("A2", "Thing 2")}
