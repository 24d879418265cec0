"""What a correction, a late row, a deletion or a restated file changes reaches every figure of the same night."""

from __future__ import annotations

from datetime import date

import pytest

import cdp
from cdp.runs import run
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace

TILL = (
    "Store No;Till;Receipt No;Line;Date;Time;Type;Article EAN;Description;Qty;Unit Price;Discount;Amount;VAT %;Tender;"
    "Loyalty Card;Customer Name;E-Receipt Email;Customer Phone;Operator;Orig Receipt;Last Changed\n"
)
STORES = "store_id,name,street,city,postcode,country,time_zone\nS001,Bath,Stall Street,Bath,BA1 1AA,GB,Europe/London\n"
PRICES = "sku,channel,price,currency,promo_id,valid_from,valid_to\nA-1,store,10.00,EUR,,2026-01-01,\n"
WRONG_PROMOTION = "A-1,store,1.00,EUR,P9,2026-05-01,\n"
SEGMENT = """\
name: spent_100
title: Spent 100
description: Net revenue of 100 or more.
rule: {column: net_revenue, op: ">=", value: 100}
"""


def line(receipt, day, amount, email, changed):
    """One till line of store S001; ``changed`` is store time."""
    return (
        f"S001;1;{receipt};1;{day};10:00;SALE;4006381333931;LAMP;1;{amount};0,00;{amount};20;CARD;;;{email};;101;;"
        f"{changed}\n"
    )


def deliver(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """A workspace and what three nights told, by night: money by e-mail, members, KPI of the store, prices, files."""
    folder = tmp_path_factory.mktemp("corrections")
    root = init_workspace(folder / "workspace")
    (root / "pipelines/segments/spent_100.yaml").write_text(SEGMENT)
    contract = root / "schemas/exports/pos_receipts.yaml"
    contract.write_text(contract.read_text().replace("version: ", "deletedWhen: tender = 'VOID'\nversion: ", 1))
    ann, bo, cy = "ann@example.com", "bo@example.com", "cy@example.com"
    first = TILL + line(101, "20/05/2026", "150,00", ann, "20/05/2026 10:00:00")
    first += line(102, "20/05/2026", "40,00", bo, "20/05/2026 10:00:00")
    first += line(103, "20/05/2026", "30,00", cy, "20/05/2026 10:00:00")
    second = TILL + line(101, "20/05/2026", "50,00", ann, "01/06/2026 09:00:00")
    second += line(104, "21/05/2026", "90,00", bo, "21/05/2026 10:00:00")
    second += line(103, "20/05/2026", "30,00", cy, "01/06/2026 09:00:00").replace("CARD", "VOID")
    _, ann_before, _, cy_before = first.splitlines(keepends=True)
    older = TILL + ann_before + cy_before
    deliveries = (
        ("2026-05-31", {"reference/stores.csv": STORES, "pos/pos_receipts_1.csv": first,
                        "reference/prices_1.csv": PRICES + WRONG_PROMOTION}),
        ("2026-06-01", {"pos/pos_receipts_2.csv": second, "reference/prices_2.csv": PRICES}),
        ("2026-06-02", {"pos/pos_receipts_1_again.csv": first, "pos/pos_receipts_3.csv": older}),
    )  # fmt: skip
    told = []
    for number, (day, files) in enumerate(deliveries, 1):
        inbox = deliver(folder / f"night{number}", files)
        outcome = run(load_workspace(root), inbox=inbox, business_date=date.fromisoformat(day))
        assert outcome.published
        with cdp.open(root) as published:
            told.append({name: published.query(sql).to_numpy().tolist() for name, sql in ASKED.items()})
    return told


ASKED = {
    "money": "select email, net_revenue::double, count_orders from profiles order by email",
    "members": (
        "select email from segment_memberships join profiles using (customer_id) "
        "where segment = 'spent_100' and valid_to is null order by email"
    ),
    "days": "select order_id, ordered_at::date::varchar from orders order by order_id",
    "kpi": (
        "select value from kpis where kpi = 'gross_revenue' and dimension = 'store' "
        "and business_date = (select max(business_date) from kpis)"
    ),
    "prices": "select coalesce(promotion_id, 'regular') from prices order by all",
    "files": "select file, status, rows_read, rows_accepted, rows_duplicate, rows_superseded from source_files "
    "where run_id = (select max(run_id) from source_files) order by file",
}  # fmt: skip


def test_a_correction_reaches_profiles_segments_and_measures_of_the_same_night(nights):
    assert nights[0]["members"] == [["ann@example.com"]]
    assert nights[0]["kpi"] == [[220.0]]
    assert nights[1]["money"][:2] == [["ann@example.com", 50.0, 1], ["bo@example.com", 130.0, 2]]
    assert nights[1]["members"] == [["bo@example.com"]]
    assert nights[1]["kpi"] == [[180.0]]


def test_a_late_row_lands_in_its_own_day(nights):
    assert ["S001-1-104", "2026-05-21"] in nights[1]["days"]


def test_a_deleted_row_is_gone_and_accounted_for(nights):
    assert "S001-1-103" in [order for order, _ in nights[0]["days"]]
    assert "S001-1-103" not in [order for order, _ in nights[1]["days"]]
    assert nights[1]["files"][0] == ["night2/pos/pos_receipts_2.csv", "loaded", 3, 3, 0, 0]


def test_a_list_that_only_lacks_a_row_takes_it_back(nights):
    assert [row[0] for row in nights[0]["prices"]] == ["P9", "regular"]
    assert [row[0] for row in nights[1]["prices"]] == ["regular"]
    assert nights[1]["files"][1] == ["night2/reference/prices_2.csv", "loaded", 1, 0, 1, 0]


def test_older_files_and_rows_undo_nothing(nights):
    assert nights[2]["files"] == [
        ["night3/pos/pos_receipts_1_again.csv", "replayed", 3, 0, 3, 0],
        ["night3/pos/pos_receipts_3.csv", "loaded", 2, 0, 0, 2],
    ]
    for what in ("money", "members", "days", "kpi"):
        assert nights[2][what] == nights[1][what]
