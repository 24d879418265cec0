"""A till in New York, a shop in London, a business day in Berlin: both clock changes of each, through a whole run."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from pathlib import Path

import pytest

import cdp
from cdp.runs import run
from cdp.workspace import load_workspace
from cdp.workspace.init import init_workspace

REFERENCE = Path(__file__).parents[2]
TILL = (
    "Store No;Till;Receipt No;Line;Date;Time;Type;Article EAN;Description;Qty;Unit Price;Discount;Amount;VAT %;Tender;"
    "Loyalty Card;Customer Name;E-Receipt Email;Customer Phone;Operator;Orig Receipt;Last Changed\n"
)
STORES = (
    "store_id,name,street,city,postcode,country,time_zone\n"
    "S001,Broadway,1 Broadway,New York,10004,US,America/New_York\n"
)
# what a clock on the wall showed, and the instant in UTC
TILL_CLOCK = {
    101: ("01/11/2025 23:30:00", datetime(2025, 11, 2, 3, 30)),
    102: ("02/11/2025 02:30:00", datetime(2025, 11, 2, 7, 30)),
    103: ("08/03/2026 01:59:59", datetime(2026, 3, 8, 6, 59, 59)),
    104: ("08/03/2026 03:00:00", datetime(2026, 3, 8, 7)),
    105: ("28/03/2026 19:00:00", datetime(2026, 3, 28, 23)),
    106: ("29/03/2026 17:59:59", datetime(2026, 3, 29, 21, 59, 59)),
    107: ("29/03/2026 18:00:00", datetime(2026, 3, 29, 22)),
}
SHOP_CLOCK = {
    "#201": ("2025-10-26 00:59:59", datetime(2025, 10, 25, 23, 59, 59)),
    "#202": ("2025-10-26 02:00:00", datetime(2025, 10, 26, 2)),
    "#203": ("2026-03-28 23:00:00", datetime(2026, 3, 28, 23)),
    "#204": ("2026-03-29 00:59:59", datetime(2026, 3, 29, 0, 59, 59)),
    "#205": ("2026-03-29 02:00:00", datetime(2026, 3, 29, 1)),
    "#206": ("2026-03-29 22:59:59", datetime(2026, 3, 29, 21, 59, 59)),
    "#207": ("2026-03-29 23:00:00", datetime(2026, 3, 29, 22)),
}
# shown twice in autumn, or never in spring: such a row is kept, and its instant is one of the two that may be meant
UNSURE = {
    "S001-1-108": ("02/11/2025 01:30:00", {datetime(2025, 11, 2, 5, 30), datetime(2025, 11, 2, 6, 30)}),
    "S001-1-109": ("08/03/2026 02:30:00", {datetime(2026, 3, 8, 6, 30), datetime(2026, 3, 8, 7, 30)}),
    "#208": ("2025-10-26 01:30:00", {datetime(2025, 10, 26, 0, 30), datetime(2025, 10, 26, 1, 30)}),
    "#209": ("2026-03-29 01:30:00", {datetime(2026, 3, 29, 0, 30), datetime(2026, 3, 29, 1, 30)}),
}


def till_line(receipt, shown):
    day, time = shown.split()
    return (
        f"S001;1;{receipt};1;{day};{time};SALE;4006381333931;LAMP;1;10,00;0,00;10,00;20;CARD;;;ann@example.com;;101;;"
        f"{shown}\n"
    )


def shop_export(shown):
    """An export of the web shop with these orders, each with the time its clock showed."""
    head = (REFERENCE / "data/sample/inbox/night1/shop/orders_export_1.csv").read_text().splitlines()[0].split(",")
    text = io.StringIO()
    rows = csv.DictWriter(text, head, restval="")
    rows.writeheader()
    for order, at in shown.items():
        rows.writerow(
            {"Name": order, "Email": "ann@example.com", "Financial Status": "paid", "Fulfillment Status": "fulfilled"}
            | {"Currency": "EUR", "Subtotal": "10.00", "Total": "10.00", "Created at": at}
            | {"Lineitem quantity": "1", "Lineitem name": "Lamp", "Lineitem price": "10.00", "Lineitem sku": "L-1"}
        )
    return text.getvalue()


@pytest.fixture(scope="module")
def nights(tmp_path_factory):
    """The published orders and Ann's profile after each of two nights, and what was refused."""
    folder = tmp_path_factory.mktemp("clocks")
    root = init_workspace(folder / "workspace")
    settings = root / "cdp.toml"
    settings.write_text(settings.read_text().replace('time_zone = "UTC"', 'time_zone = "Europe/Berlin"'))
    contract = root / "schemas/exports/shop_orders.yaml"
    stated = "['%Y-%m-%d %H:%M:%S %z', '%Y-%m-%dT%H:%M:%S%z']"
    changed = contract.read_text().replace(stated, "'%Y-%m-%d %H:%M:%S'")
    contract.write_text(changed.replace("key: [order_name]", "timeZone: Europe/London\nkey: [order_name]"))
    first, second = folder / "night1", folder / "night2"
    files = {
        "reference/stores.csv": STORES,
        "pos/pos_receipts_1.csv": TILL
        + "".join(till_line(number, shown) for number, (shown, _) in TILL_CLOCK.items())
        + "".join(till_line(order[-3:], shown) for order, (shown, _) in UNSURE.items() if order[0] == "S"),
        "shop/orders_export_1.csv": shop_export(
            {order: shown for order, (shown, _) in (SHOP_CLOCK | UNSURE).items() if order[0] == "#"}
        ),
    }
    for name, content in files.items():
        path = first / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    second.mkdir()
    told = []
    for day, inbox in ((date(2026, 3, 29), first), (date(2026, 3, 30), second)):
        assert run(load_workspace(root), inbox=inbox, business_date=day).published
        with cdp.open(root) as published:
            told.append(
                {
                    "orders": dict(published.query("select order_id, ordered_at from orders").to_numpy().tolist()),
                    "uncounted": {
                        order
                        for (order,) in published.query("select order_id from orders where counted_as is null")
                        .to_numpy()
                        .tolist()
                    },
                    "profile": published.query("select count_orders, last_purchase_at from profiles").iloc[0],
                    "refused": published.query("select file, line, reason_codes, detail from quarantine_rows"),
                }
            )
    return told


def test_every_clock_means_its_own_instant(nights):
    meant = {f"S001-1-{number}": at for number, (_, at) in TILL_CLOCK.items()}
    meant |= {order: at for order, (_, at) in SHOP_CLOCK.items()}
    orders = nights[0]["orders"]
    assert nights[0]["refused"].empty, nights[0]["refused"].to_string()
    assert {order: at for order, at in orders.items() if order not in UNSURE} == meant


def test_an_hour_shown_twice_or_never_loses_no_row(nights):
    for order, (_, possible) in UNSURE.items():
        assert nights[0]["orders"][order] in possible


def test_the_day_in_berlin_decides_what_counts(nights):
    assert nights[0]["uncounted"] == {"S001-1-107", "#207"}
    assert nights[0]["profile"].count_orders == len(nights[0]["orders"]) - 2
    assert nights[0]["profile"].last_purchase_at == datetime(2026, 3, 29, 21, 59, 59)
    assert nights[1]["uncounted"] == set()
    assert nights[1]["profile"].last_purchase_at == datetime(2026, 3, 29, 22)
