"""Exports whose rows relate to orders in ways that only their values tell."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cdp.engines import open_engine
from cdp.errors import UsageError
from cdp.ingest.draft import draft_feed

ODOO = """Order Reference,Order Date,Customer,Customer/Email,Order Lines/Product,Order Lines/Quantity,\
Order Lines/Unit Price,Order Lines/Subtotal,Untaxed Amount,Taxes,Total,Status
S01,2026-05-01 08:00:00,Kim Lee,kim@example.org,Cup,1.00,20.00,20.00,20.00,4.20,24.20,Sales Order
S02,2026-05-01 09:00:00,Jo Ray,jo@example.org,Mug,2.00,8.00,16.00,46.00,9.66,55.66,Sales Order
,,,,Tray,1.00,30.00,30.00,,,,
S03,2026-05-02 10:00:00,Al Fox,al@example.org,Tray,1.00,30.00,30.00,130.00,27.30,157.30,Quotation Sent
,,,,Gift card,2.00,50.00,100.00,,,,
"""
MARKETPLACE = """amazon-order-id,purchase-date,order-status,product-name,sku,quantity,currency,item-price,ship-city
302-1,2026-05-01T07:30:00+00:00,Shipped,Cup,C-1,1,EUR,20.00,Bonn
302-2,2026-05-01T08:30:00+00:00,Shipped,Cup,C-1,3,EUR,{three},Kiel
302-2,2026-05-01T08:30:00+00:00,Shipped,Mug,M-1,1,EUR,8.00,Kiel
302-3,2026-05-02T08:30:00+00:00,Shipped,Mug,M-1,2,EUR,{two},Ulm
"""
PAYMENTS = """Invoice Number,Date,Name,Email,Country,Country Code,Total,Quantity
1,2026-05-01 10:00:00,Kim Lee,kim@example.org,United States,US,10.00,1
2,2026-05-01 11:00:00,Jo Ray,jo@example.org,Germany,DE,12.00,1
"""


def test_rows_that_continue_an_order_do_not_change_what_it_is_worth(drafts_of):
    tried = drafts_of({"sale_lines.csv": ODOO})["sale_lines"]
    orders = {row["order_id"]: (row["gross_revenue"], row["is_cancelled"]) for row in tried.rows("orders")}
    assert orders == {
        "S01": (Decimal("24.20"), False), "S02": (Decimal("55.66"), False), "S03": (Decimal("157.30"), True),
    }  # fmt: skip
    assert "order_lines" not in [table.name for table in tried.trial.tables]
    assert any("continue the order above" in doubt for doubt in tried.draft.doubts)


@pytest.mark.parametrize(
    ("three", "two", "worth"),
    [("60.00", "16.00", ["20.00", "68.00", "16.00"]), ("20.00", "8.00", ["20.00", "68.00", "16.00"])],
)
def test_a_price_is_of_one_piece_or_of_all_as_the_articles_tell(drafts_of, three, two, worth):
    tried = drafts_of({"orders.txt": MARKETPLACE.format(three=three, two=two).replace(",", "\t")})["orders"]
    rows = sorted(tried.rows("orders"), key=lambda row: row["order_id"])
    assert [row["gross_revenue"] for row in rows] == [Decimal(amount) for amount in worth]
    assert sum(row["amount"] for row in tried.rows("order_lines")) == sum(map(Decimal, worth))


def test_what_is_derived_takes_no_name_of_a_column(drafts_of):
    tried = drafts_of({"orders.csv": PAYMENTS})["orders"]
    assert sorted(row["country"] for row in tried.rows("identity_records")) == ["DE", "US"]


def _with_states(header, *states):
    head = f"order_number,order_date,customer_email,{header},amount_total\n"
    return head + "".join(
        f"{number},2026-05-0{number} 10:00:00,p{number}@example.org,{said},10.00\n"
        for number, said in enumerate(states, 1)
    )


def test_the_order_s_own_states_may_call_it_off_those_of_other_things_do_not(drafts_of):
    states = (
        "Gold,Paid,Shipped,Done",
        "Expired,Paid,Open,Cancelled",
        "Gold,Failed,Open,Open",
        "Gold,Paid,Cancelled,Done",
    )
    text = _with_states("membership_status,payment_status,delivery_state,order_state", *states)
    tried = drafts_of({"orders.csv": text})["orders"]
    orders = {row["order_id"]: (row["status"], row["is_cancelled"]) for row in tried.rows("orders")}
    assert orders == {
        "1": ("Done", False), "2": ("Cancelled", True), "3": ("Open", False), "4": ("Done", False),
    }  # fmt: skip
    told = "\n".join(tried.draft.doubts)
    assert "order_state says Cancelled" in told
    assert "payment_status (Failed) is not read: order_state tells" in told


def test_a_payment_that_was_given_back_is_read_beside_the_order_s_own_state(drafts_of):
    text = _with_states("payment_status,order_status", "paid,completed", "refunded,completed")
    tried = drafts_of({"orders.csv": text})["orders"]
    assert [row["order_id"] for row in tried.rows("returns")] == ["2"]
    assert not any("is not read" in doubt for doubt in tried.draft.doubts)


def test_where_only_the_payment_has_a_state_it_tells(drafts_of):
    text = _with_states("membership_status,financial_status", "Expired,paid", "Gold,voided")
    tried = drafts_of({"orders.csv": text})["orders"]
    assert {row["order_id"]: row["is_cancelled"] for row in tried.rows("orders")} == {"1": False, "2": True}


def test_a_sum_below_the_orders_is_no_line_of_the_last(drafts_of):
    rows = "Order No,Date,Customer Email,Subtotal\n" + "".join(
        f"{number},2026-05-0{number} 10:00:00,p{number}@example.org,10.00\n" for number in range(1, 6)
    )
    tried = drafts_of({"orders.csv": rows + ",,,50.00\n"})["orders"]
    assert [row["gross_revenue"] for row in tried.rows("orders")] == [Decimal(10)] * 5


def test_shipping_that_was_given_back_is_no_returned_good(drafts_of):
    header = "ID,Purchase Date,Customer Email,Status,Subtotal,Shipping and Handling,Grand Total,Total Refunded\n"
    rows = """1001,2026-05-01 10:00:00,kim@example.org,closed,30.00,5.00,35.00,35.00
1002,2026-05-02 10:00:00,jo@example.org,complete,20.00,5.00,25.00,8.00
1003,2026-05-03 10:00:00,al@example.org,complete,20.00,5.00,25.00,0.00
"""
    tried = drafts_of({"orders.csv": header + rows})["orders"]
    assert {row["order_id"]: row["amount"] for row in tried.rows("returns")} == {
        "1001": Decimal("30.00"), "1002": Decimal("8.00"),
    }  # fmt: skip


def test_sales_without_a_number_are_told_and_the_number_can_be_said(drafts_of):
    rows = "Folio,Created,Customer E-Mail,Grand Total\n" + "".join(
        f"{letter}77,2026-05-0{day} 10:00:00,p{day}@example.org,10.50\n" for day, letter in enumerate("ABC", 1)
    )
    guessed = drafts_of({"export.csv": rows})["export"]
    assert "orders" not in [table.name for table in guessed.trial.tables]
    assert any("nothing is made of Grand Total" in doubt for doubt in guessed.draft.doubts)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"folio": "order_id"}, None),
        ({"Foglio": "order_id"}, "did you mean 'Folio'?"),
        ({"Folio": "order_nr"}, "did you mean order_id?"),
        ({"Folio": "total"}, "the values of 'Folio' cannot be total: A77"),
    ],
)
def test_what_is_said_of_a_column_counts(said, told, tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("Folio,Created,Customer E-Mail,Grand Total\nA77,2026-05-01 10:00:00,kim@example.org,10.50\n")
    engine = open_engine("duckdb", threads=1)
    try:
        if told is None:
            orders = draft_feed([path], engine, said=said).files["pipelines/feeds/export/orders.sql"]
            assert "folio as order_id" in orders
            assert "grand_total" in orders
        else:
            with pytest.raises(UsageError) as caught:
                draft_feed([path], engine, said=said)
            assert told in f"{caught.value.message} {caught.value.hint}"
    finally:
        engine.close()


def test_lines_that_are_packed_into_one_value_are_told(drafts_of):
    header = "order_number,order_date,customer_email,status,order_total,line_items\n"
    rows = "".join(
        f"{number},2026-05-0{number} 10:00:00,p{number}@example.org,completed,10.00,"
        f"id:{number}|name:Cup|quantity:1|total:10.00\n"
        for number in (1, 2, 3)
    )
    tried = drafts_of({"orders.csv": header + rows})["orders"]
    assert any(doubt.startswith("line_items holds the lines of an order packed") for doubt in tried.draft.doubts)
