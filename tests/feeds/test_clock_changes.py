"""A till in New York, one in London and the web shop, on the days on which clocks change."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from tests_support import SAMPLE

STORES = """store_id,name,street,city,postcode,country,time_zone
S901,New York,1 Main St,New York,10001,US,America/New_York
S902,London,1 High St,London,N1 1AA,GB,Europe/London
"""
RECEIPTS = (
    "Store No;Till;Receipt No;Line;Date;Time;Type;Article EAN;Description;Qty;Unit Price;Discount;Amount;VAT %;Tender;"
    "Loyalty Card;Customer Name;E-Receipt Email;Customer Phone;Operator;Orig Receipt;Last Changed"
)
SOLD = {
    # local time of the till → UTC; the two continents change their clocks on different days
    ("S901", "26/10/2025 20:00"): "2025-10-27 00:00",  # London is back on winter time, New York is not
    ("S901", "02/11/2025 00:59"): "2025-11-02 04:59",
    ("S901", "02/11/2025 02:01"): "2025-11-02 07:01",
    ("S901", "08/03/2026 01:59"): "2026-03-08 06:59",
    ("S901", "08/03/2026 03:00"): "2026-03-08 07:00",
    ("S901", "29/03/2026 20:00"): "2026-03-30 00:00",
    ("S902", "26/10/2025 00:59"): "2025-10-25 23:59",
    ("S902", "26/10/2025 02:00"): "2025-10-26 02:00",
    ("S902", "08/03/2026 12:00"): "2026-03-08 12:00",
    ("S902", "29/03/2026 00:59"): "2026-03-29 00:59",
    ("S902", "29/03/2026 02:00"): "2026-03-29 01:00",
}
NO_SUCH_TIME = {("S901", "08/03/2026 02:30"): "2026-03-08 07:30", ("S902", "29/03/2026 01:30"): "2026-03-29 01:30"}
TWICE = {
    ("S901", "02/11/2025 01:30"): {"2025-11-02 05:30", "2025-11-02 06:30"},
    ("S902", "26/10/2025 01:30"): {"2025-10-26 00:30", "2025-10-26 01:30"},
}
PLACED = {
    # the offset decides, in the repeated hour too
    "2025-10-26 01:30:00 +0100": "2025-10-26 00:30",
    "2025-10-26 01:30:00 +0000": "2025-10-26 01:30",
    "2026-03-29 02:00:00 +0100": "2026-03-29 01:00",
}


def receipt(number, store, moment):
    day, time = moment.split()
    return f"{store};1;{number};1;{day};{time};SALE;;Mug;1;10,00;0,00;10,00;20;CARD;;;;;1;;{moment}:00"


def orders_export():
    """An export with the columns of the sample's, one order per moment."""
    sample = SAMPLE / "inbox" / "night1" / "shop" / "orders_export_1.csv"
    with sample.open(encoding="utf-8", newline="") as stream:
        columns = next(csv.reader(stream))
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for number, moment in enumerate(PLACED, 901):
        writer.writerow(
            {
                "Name": f"#{number}", "Email": "a@example.com", "Financial Status": "paid", "Currency": "EUR",
                "Subtotal": "10.00", "Total": "10.00", "Created at": moment, "Lineitem quantity": "1",
                "Lineitem name": "Mug", "Lineitem price": "10.00", "Source": "web", "Id": str(number),
            }
        )  # fmt: skip
    return out.getvalue().splitlines()


def test_local_times_become_the_right_instants(land, tmp_path):
    inbox = tmp_path / "inbox"
    tills = [*SOLD, *NO_SUCH_TIME, *TWICE]
    rows = [receipt(number, *till) for number, till in enumerate(tills, 1)]
    for name, lines in (
        ("reference/stores.csv", STORES.splitlines()),
        ("pos/pos_receipts_1.csv", [RECEIPTS, *rows]),
        ("shop/orders_export_1.csv", orders_export()),
    ):
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    landed = land(inbox)
    found = dict(landed.engine.rows("select order_id, ordered_at from orders"))
    assert not landed.quarantined
    assert {item.status for item in landed.ledgers} == {"loaded"}
    at_till = {till: found[f"{till[0]}-1-{number}"] for number, till in enumerate(tills, 1)}
    for till, instant in (SOLD | NO_SUCH_TIME).items():
        assert at_till[till] == datetime.fromisoformat(instant), till
    for till, instants in TWICE.items():
        assert at_till[till] in {datetime.fromisoformat(instant) for instant in instants}, till
    for number, instant in enumerate(PLACED.values(), 901):
        assert found[f"#{number}"] == datetime.fromisoformat(instant)
