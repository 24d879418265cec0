"""A business day in Berlin on the days on which clocks change: what counts, and by which day's rate."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cdp.contracts.documents import load_document
from cdp.profiles import ProfileSettings, build_profiles
from cdp.runs.execute import end_of_day

ZONE = "Europe/Berlin"
REFERENCE = Path(__file__).parents[2] / "pipelines" / "profile.yaml"


@pytest.fixture(scope="module")
def settings() -> ProfileSettings:
    loaded, faults = load_document(REFERENCE, ProfileSettings)
    assert loaded is not None, faults
    return loaded


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23), datetime(2026, 3, 29, 22)),
        (date(2025, 10, 26), datetime(2025, 10, 25, 22), datetime(2025, 10, 26, 23)),
    ],
)
def test_a_day_of_23_or_25_hours_ends_at_midnight_in_berlin(shop, settings, day, begins, ends):
    assert (end_of_day(day - timedelta(days=1), ZONE), end_of_day(day, ZONE)) == (begins, ends)
    shop.customer("C1", "shop:1")
    for number in range(-1, 2):
        shop.add("exchange_rates", currency="USD", rate_date=day + timedelta(days=number), rate=1 + number / 10)
    second = timedelta(seconds=1)
    moments = {"eve": begins - second, "first": begins, "last": ends - second, "next": ends}
    for name, moment in moments.items():
        shop.add(
            "orders",
            order_id=name,
            record_id="shop:1",
            feed="shop",
            channel="store",
            ordered_at=moment,
            currency="USD",
            gross_revenue=Decimal("10.00"),
        )
    for channel, status, moment in (
        ("email", "in", begins), ("email", "out", ends), ("sms", "in", ends - second), ("push", "in", ends),
    ):  # fmt: skip
        shop.add(
            "consents",
            consent_statement_id=f"{channel}{status}",
            record_id="shop:1",
            channel=channel,
            status=status,
            stated_at=moment,
            is_timed=True,
        )
    build_profiles(shop.engine, settings, as_of=ends, business_date=day, time_zone=ZONE)
    worth = dict(shop.engine.rows("select order_id, revenue from order_owners where counted_as is not null"))
    assert worth == {"eve": Decimal("9.00"), "first": Decimal("10.00"), "last": Decimal("10.00")}
    told = shop.engine.frame("select * from profiles").iloc[0]
    assert (told.count_orders, told.gross_revenue) == (3, Decimal("29.00"))
    assert (told.last_purchase_at, told.consent_email, told.consent_sms) == (ends - second, "in", "in")
    assert told.consent_push is None
