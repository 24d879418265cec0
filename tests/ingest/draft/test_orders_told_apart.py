"""Numbers that begin again at every store, till and day, and numbers that come again with a correction."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ingest.draft.conftest import try_drafts

GERMAN = "Filiale;Kasse;Bon-Nr;Datum;Uhrzeit;Artikelnr;Bezeichnung;Menge;Betrag;E-Mail"
ENGLISH = "Store,Till,Receipt No,Date,Time,SKU,Description,Qty,Amount,Email"


def _receipts(header, day):
    """Three receipts of two lines (10.00 and 11.00) at each of two tills in each of two stores."""
    sign = ";" if ";" in header else ","
    amounts = ("10,00", "11,00") if sign == ";" else ("10.00", "11.00")
    rows = [
        (store, till, 100 + receipt, day, f"1{receipt}:0{line}", f"A{line}", f"Thing {line}", 1, amounts[line],
         f"k{store}{till}{receipt}@example.net")
        for store in ("01", "02") for till in (1, 2) for receipt in range(3) for line in range(2)
    ]  # fmt: skip
    return "\n".join([header, *(sign.join(map(str, row)) for row in rows)]) + "\n"


def _nights(tmp_path, header, days):
    paths = []
    for number, day in enumerate(days, 1):
        paths.append(tmp_path / f"receipts_2026-06-0{number}.csv")
        paths[-1].write_text(_receipts(header, day), encoding="utf-8")
    return paths


@pytest.mark.parametrize(
    ("header", "days"), [(GERMAN, ("01.06.2026", "02.06.2026")), (ENGLISH, ("2026-06-01", "2026-06-02"))]
)
@pytest.mark.parametrize("named", [1, 2])
def test_receipts_of_other_stores_tills_and_days_stay_apart(tmp_path, header, days, named):
    paths = _nights(tmp_path, header, days)
    tried = try_drafts(tmp_path / "w", {"receipts": (paths[:named], {"currency": "EUR"})}, trial_files=paths)
    orders = tried["receipts"].rows("orders")
    assert len(orders) == len({row["order_id"] for row in orders}) == 24
    assert {row["gross_revenue"] for row in orders} == {Decimal("21.00")}
    assert sum(row["amount"] for row in tried["receipts"].rows("order_lines")) == Decimal("504.00")
    assert "receipts-01-1-2026-06-01-100" in {row["order_id"] for row in orders}
    assert tried["receipts"].identifiers("order_id") == {row["order_id"] for row in orders}


def test_a_till_that_names_no_place_is_told_to_be_looked_at(drafts_of):
    text = "Bon-Nr,Kassierer,Zeit,Datum,Summe\n" + "".join(f"2000{n},Kim,12:0{n},2026-06-01,5.00\n" for n in range(4))
    draft = drafts_of({"kasse.csv": text}, currency="EUR")["kasse"].draft
    (told,) = [doubt for doubt in draft.doubts if "given once in all stores" in doubt]
    assert "no column names the stores or tills" in told


def test_a_line_sent_from_another_store_is_still_a_line_of_its_order(drafts_of):
    text = (
        "Order ID,Created at,Email,Location,SKU,Quantity,Line Total\n"
        "W1,2026-06-01T10:00:00Z,a@example.net,Leeds,A,1,5.00\n"
        "W1,2026-06-01T10:00:00Z,a@example.net,York,B,1,6.00\n"
        "W2,2026-06-01T11:00:00Z,b@example.net,York,B,1,6.00\n"
    )
    orders = drafts_of({"webshop.csv": text}, currency="EUR")["webshop"].rows("orders")
    assert sorted((row["order_id"], row["gross_revenue"]) for row in orders) == [("W1", 11), ("W2", 6)]


SHOP = (
    "Bestellnummer;Bestelldatum;Status;E-Mail;Artikelnummer;Menge;Einzelpreis;Positionssumme;Versandkosten;Gesamtbetrag"
)


def _order(number, status="offen"):
    return (
        f"B{number};0{number % 9 + 1}.05.2026 10:00;{status};p{number}@example.net;S{number};2;12,50;25,00;4,90;29,90"
    )


def test_an_order_of_a_later_file_is_a_correction_and_no_line(tmp_path):
    first, second = tmp_path / "bestellungen_2026-06-01.csv", tmp_path / "bestellungen_2026-06-02.csv"
    first.write_text("\n".join([SHOP, *map(_order, range(1, 7))]) + "\n", encoding="utf-8")
    again = [_order(1, "versendet"), _order(2, "storniert"), *map(_order, range(7, 12))]
    second.write_text("\n".join([SHOP, *again]) + "\n", encoding="utf-8")
    tried = try_drafts(tmp_path / "w", {"bestellungen": ([first, second], {"currency": "EUR"})})["bestellungen"]
    assert "rowsPerKey" not in tried.contract()
    orders = {row["order_id"]: row for row in tried.rows("orders")}
    assert len(orders) == 11
    assert {row["gross_revenue"] for row in orders.values()} == {Decimal("25.00")}
    assert (orders["B1"]["status"], orders["B2"]["is_cancelled"]) == ("versendet", True)
    assert {row["amount"] for row in tried.rows("order_lines")} == {Decimal("25.00")}


def test_a_customer_of_a_later_file_is_a_correction_too(tmp_path):
    text = "Customer ID,Email,First Name,Last Name\n"
    paths = [tmp_path / "people_2026-06-01.csv", tmp_path / "people_2026-06-02.csv"]
    for path, last in zip(paths, ("Lee", "Lee-Roy"), strict=True):
        rows = (f"C{number},p{number}@example.net,Kim,{last}\n" for number in range(9))
        path.write_text(text + "".join(rows), encoding="utf-8")
    tried = try_drafts(tmp_path / "w", {"people": (paths, {})})["people"]
    assert "key: [customer_id]" in tried.contract()
    assert {row["last_name"] for row in tried.rows("identity_records")} == {"Lee-Roy"}


def test_an_order_twice_in_one_file_with_a_new_status_is_one_order(drafts_of):
    text = "Order ID,Date,Status,Email,Total\n" + "".join(
        f"{number},2026-06-01T10:00:00Z,{status},p{number}@example.net,20.00\n"
        for number, status in ((30001, "pending"), (30002, "paid"), (30001, "paid"), (30003, "paid"))
    )
    tried = drafts_of({"webshop.csv": text}, currency="EUR")["webshop"]
    assert {row["order_id"]: row["status"] for row in tried.rows("orders")}["30001"] == "paid"
    assert any("1 orders stand several times in one file" in doubt for doubt in tried.draft.doubts)
