"""The audit of a new version goes by the run's own instant."""

from __future__ import annotations

import pytest
from hand_made import AS_OF, publish_by_hand

from cdp.engines import open_engine
from cdp.runs.audit import audit

REVENUE = "the revenue of customers and of nobody is that of the orders, to the cent"
POINTS = "the points on cards are those of the ledger, and debit equals credit"


@pytest.fixture
def engine(tmp_path):
    """The hand-made shop with money and points that add up as of its night, and some of the hour after it."""
    publish_by_hand(tmp_path)
    opened = open_engine("duckdb", threads=1)
    opened.execute(f"attach '{tmp_path / 'data/serve/current'}' as pub")
    opened.execute("update pub.profiles set gross_revenue = 0, gross_revenue_probable = 0, returned_value_probable = 0")
    opened.execute("update pub.profiles set gross_revenue = 150.50 where customer_id = 'C1'")
    opened.execute("update pub.orders set revenue = gross_revenue, counted_as = 'purchase' where currency = 'EUR'")
    opened.execute(
        "insert into pub.orders (order_id, revenue, is_cancelled, ordered_at) "
        "values ('#1002', 9, false, timestamp '2026-06-01 00:30:00')"
    )
    opened.execute(
        "insert into pub.loyalty_ledger (entry_id, points, booked_at) "
        "values ('p1', 120, timestamp '2026-05-20'), ('p2', 9, timestamp '2026-06-01 00:30:00')"
    )
    yield opened
    opened.execute("detach pub")
    opened.close()


def faults(engine):
    return [fault for fault in audit(engine, {}, "pub", AS_OF) if fault.startswith((REVENUE, POINTS))]


def test_a_run_of_before_that_ended_later_changes_nothing(engine):
    engine.execute(
        "insert into pub.runs (run_id, business_date, as_of) "
        "values ('2026-05-31-0000', date '2026-05-31', timestamp '2026-06-01 04:00:00')"
    )
    assert faults(engine) == []


def test_money_and_points_that_are_lost_are_told(engine):
    engine.execute("update pub.orders set ordered_at = timestamp '2026-05-31' where order_id = '#1002'")
    engine.execute("update pub.loyalty_ledger set booked_at = timestamp '2026-05-31' where entry_id = 'p2'")
    assert [fault.split(":")[0] for fault in faults(engine)] == [REVENUE, POINTS]
