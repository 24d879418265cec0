"""``loyalty_ledger``: movements of points, dates and times without separators in UTC."""

from __future__ import annotations

from cdp.sample.calendar import utc
from cdp.sample.exports.sheets import Delivery, Fault, Form, Row
from cdp.sample.points import Entry
from cdp.sample.world import World

FEED = "loyalty_ledger"
HEADER = "TXN_ID,CARD_NO,TXN_DATE,TXN_TIME,TXN_TYPE,POINTS,REFERENCE"


def export(world: World, night: int, delivery: Delivery) -> None:
    """Write a night's movements, late ones among them."""
    path = f"loyalty/points_ledger_{world.calendar.stamp(night):%Y%m%d}.csv"
    rows = [_row(entry) for entry in world.points.entries if world.delivered(entry.at, entry.late) == night]
    if night == 1:
        rows = delivery.sprinkle(delivery.repeat(rows, 2), _faults())
    delivery.write(night, path, FEED, Form(), HEADER, rows)


def _row(entry: Entry) -> Row:
    when = f"{utc(entry.at):%Y%m%d,%H%M%S}"
    key = str(entry.number)
    return Row(f"{key},{entry.card.number},{when},{entry.kind},{entry.points},{entry.reference}", key)


def _faults() -> list[Row]:
    unknown = Fault("orphan_reference", "warn", "card unknown to the members file")
    rows = (
        ("69000001", "7410000000000001", "20260110", "EARN", "10", unknown),
        ("69000002", "7410000000000002", "20260231", "EARN", "10", Fault("impossible_date", "reject")),
        ("69000003", "7410000000000003", "20260110", "EARN", "ten", Fault("not_a_number", "reject")),
        ("69000004", "7410000000000004", "20260110", "EARN", "1,050",
         Fault("too_many_columns", "reject", "thousands comma splits the points")),
        ("69000005", "7410000000000005", "20260110", "GIFT", "25", Fault("unknown_value", "reject", "kind 'GIFT'")),
    )  # fmt: skip
    return [
        Row(f"{key},{card},{day},120000,{kind},{points},", key, fault) for key, card, day, kind, points, fault in rows
    ]
