"""Whole builds over a few hand-made customers."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from cdp.contracts.documents import load_document
from cdp.profiles import PROFILE_TABLES, ProfileSettings, build_profiles

AS_OF = datetime(2026, 6, 1)
REFERENCE = Path(__file__).parents[2] / "pipelines" / "profile.yaml"


@pytest.fixture(scope="module")
def settings() -> ProfileSettings:
    loaded, faults = load_document(REFERENCE, ProfileSettings)
    assert loaded is not None, faults
    return loaded


def profile(shop, customer_id="C1"):
    frame = shop.engine.frame("select * from profiles where customer_id = $id", {"id": customer_id})
    assert len(frame) == 1
    return frame.iloc[0]


def test_empty_tables_give_empty_profiles(shop, settings):
    assert build_profiles(shop.engine, settings, as_of=AS_OF).count_profiles == 0


def test_anonymous_customers_get_no_profile(shop, settings):
    shop.customer("C1", "web:1", is_anonymous=True)
    shop.customer("C2", "shop:1")
    assert build_profiles(shop.engine, settings, as_of=AS_OF).count_profiles == 1


def test_money_by_channel_of_sale(shop, settings):
    shop.customer("C1", "till:1", "shop:1", "till:9")
    shop.add(
        "orders",
        order_id="s1",
        record_id="till:1",
        channel="store",
        ordered_at=datetime(2026, 5, 1),
        gross_revenue=Decimal("10.10"),
    )
    shop.add(
        "orders",
        order_id="w1",
        record_id="shop:1",
        channel="web",
        ordered_at=datetime(2026, 5, 2),
        gross_revenue=Decimal("20.20"),
    )
    shop.add(
        "orders",
        order_id="w2",
        record_id="shop:1",
        channel="web",
        ordered_at=datetime(2026, 5, 3),
        gross_revenue=Decimal("99.00"),
        is_cancelled=True,
    )
    shop.add(
        "orders",
        order_id="w3",
        record_id="shop:1",
        channel="web",
        ordered_at=AS_OF,
        gross_revenue=Decimal("99.00"),
    )
    shop.add(
        "returns",
        return_id="r1",
        order_id="w1",
        record_id="till:9",
        return_channel="store",
        returned_at=datetime(2026, 5, 9),
        amount=Decimal("5.05"),
    )
    shop.add(
        "returns",
        return_id="r2",
        order_id="w2",
        record_id="shop:1",
        return_channel="post",
        amount=Decimal("99.00"),
    )
    build_profiles(shop.engine, settings, as_of=AS_OF)
    row = profile(shop)
    assert (row.count_orders, row.count_orders_store, row.count_orders_web) == (2, 1, 1)
    assert str(row.gross_revenue) == "30.3"
    assert float(row.net_revenue_web) == pytest.approx(15.15)
    assert float(row.net_revenue) == pytest.approx(25.25)
    assert row.channels == "store|web"
    assert row.last_purchase_at == datetime(2026, 5, 2)
    assert [order["order_id"] for order in row.recent_orders] == ["w1", "s1"]


def test_return_is_credited_to_the_buyer(shop, settings):
    shop.customer("C1", "shop:1")
    shop.customer("C2", "till:2")
    shop.add(
        "orders",
        order_id="w1",
        record_id="shop:1",
        channel="web",
        ordered_at=datetime(2026, 5, 2),
        gross_revenue=Decimal("20.00"),
    )
    shop.add(
        "returns",
        return_id="r1",
        order_id="w1",
        record_id="till:2",
        return_channel="store",
        returned_at=datetime(2026, 5, 9),
        amount=Decimal("20.00"),
    )
    build_profiles(shop.engine, settings, as_of=AS_OF)
    assert float(profile(shop, "C1").net_revenue) == 0
    assert float(profile(shop, "C2").net_revenue) == 0
    assert profile(shop, "C2").channels == "store"


def test_reachable_needs_consent_contact_and_no_erasure(shop, settings):
    for number, consent, email in ((1, "in", True), (2, "in", False), (3, "out", True), (4, "in", True)):
        record = f"shop:{number}"
        shop.customer(f"C{number}", record)
        shop.add(
            "consents",
            consent_statement_id=f"s{number}",
            record_id=record,
            channel="email",
            status=consent,
            stated_at=datetime(2026, 1, 1),
            is_timed=True,
        )
        if email:
            shop.add(
                "identifiers",
                customer_id=f"C{number}",
                identifier_type="email",
                identifier_value=f"p{number}@example.com",
            )
    shop.add(
        "privacy_requests",
        request_id="e1",
        request_type="erasure",
        requested_at=datetime(2026, 5, 1),
        email=" P4@Example.com ",
    )
    summary = build_profiles(shop.engine, settings, as_of=AS_OF)
    assert [list(profile(shop, f"C{number}").reachable_by) for number in (1, 2, 3, 4)] == [
        ["email"],
        [],
        [],
        [],
    ]
    assert summary.count_erasure_requested == 1


def test_whoever_is_on_a_suppression_list_is_not_reachable(shop, settings):
    for number in range(1, 5):
        record = f"shop:{number}"
        shop.customer(f"C{number}", record)
        for kind, value in (("email", f"p{number}@example.com"), ("phone", f"+44770090000{number}")):
            shop.bears(record, kind, value)
            shop.add("identifiers", customer_id=f"C{number}", identifier_type=kind, identifier_value=value)
        for channel in ("email", "sms"):
            shop.add(
                "consents",
                consent_statement_id=f"{channel}{number}",
                record_id=record,
                channel=channel,
                status="in",
                stated_at=datetime(2026, 1, 1),
                is_timed=True,
            )
    for number, channel, since in ((1, None, 5), (2, "all", 5), (3, "sms", 5), (4, "all", 7)):
        shop.add(
            "privacy_requests",
            request_id=f"suppressions:{number}",
            request_type="suppression",
            requested_at=datetime(2026, since, 1),
            email=f"P{number}@example.com",
            channel=channel,
            reason="national register",
        )
    summary = build_profiles(shop.engine, settings, as_of=AS_OF)
    assert [list(profile(shop, f"C{number}").reachable_by) for number in range(1, 5)] == [
        ["sms"],
        [],
        ["email"],
        ["email", "sms"],
    ]
    assert (summary.count_erasure_requested, summary.erasure_unmatched) == (0, ())


def test_an_unsubscription_reaches_everybody_at_the_address(shop, settings):
    for number, email in ((1, "home@example.com"), (2, "home@example.com"), (3, "own@example.com")):
        record = f"shop:{number}"
        shop.customer(f"C{number}", record)
        shop.bears(record, "email", email)
        shop.add("identifiers", customer_id=f"C{number}", identifier_type="email", identifier_value=email)
        shop.add(
            "consents",
            consent_statement_id=f"s{number}",
            record_id=record,
            channel="email",
            status="in",
            stated_at=datetime(2026, 1, 1),
            is_timed=True,
        )
    shop.add(
        "message_events",
        event_id="e1",
        feed="mail",
        channel="email",
        message_id="m1",
        event_type="unsubscribed",
        occurred_at=datetime(2026, 5, 1),
        recipient_type="email",
        recipient_value="home@example.com",
    )
    build_profiles(shop.engine, settings, as_of=AS_OF)
    told = [
        (profile(shop, customer).consent_email, list(profile(shop, customer).reachable_by))
        for customer in ("C1", "C2", "C3")
    ]
    assert told == [("out", []), ("out", []), ("in", ["email"])]


def test_requests_that_match_nobody_are_named(shop, settings):
    shop.customer("C1", "shop:1")
    shop.customer("C2", "shop:2")
    for customer in ("C1", "C2"):
        shop.add("identifiers", customer_id=customer, identifier_type="phone", identifier_value="+447700900345")
    for number, kind, day in ((1, "erasure", 1), (2, "erasure", 2), (3, "erasure", 3), (4, "access", 4)):
        shop.add(
            "privacy_requests",
            request_id=f"e{number}",
            request_type=kind,
            requested_at=datetime(2026, 5, day),
            email="nobody@example.com",
        )
    shop.add("privacy_requests", request_id="e5", request_type="erasure", requested_at=AS_OF)
    for request in ("e1", "e2"):
        shop.add("request_phones", request_id=request, phone_std="+447700900345")
    summary = build_profiles(shop.engine, settings, as_of=AS_OF)
    assert (summary.count_profiles, summary.count_erasure_requested) == (2, 2)
    assert (summary.erasure_unmatched, summary.count_erasure_unmatched) == (("e3",), 1)


def test_golden_record_takes_an_address_whole(shop, settings):
    shop.customer("C1", "loyalty_members:1", "shop_customers:2", "nps_survey:3")
    shop.add(
        "identity_records",
        record_id="loyalty_members:1",
        feed="loyalty_members",
        last_observed_at=datetime(2025, 1, 1),
        first_observed_at=datetime(2025, 1, 1),
        first_name="ADA",
        last_name="QUILL",
        street="1 Old Lane",
        city="Leeds",
        postcode="LS1 1AA",
        country="GB",
        birth_date=datetime(1980, 2, 3).date(),
    )
    shop.add(
        "identity_records",
        record_id="shop_customers:2",
        feed="shop_customers",
        last_observed_at=datetime(2026, 1, 1),
        first_observed_at=datetime(2024, 1, 1),
        first_name="Ada",
        last_name="Quill",
        street="2 New Road",
        city="York",
        country="GB",
    )
    shop.add(
        "identity_records",
        record_id="nps_survey:3",
        feed="nps_survey",
        last_observed_at=datetime(2026, 4, 1),
        first_observed_at=datetime(2026, 4, 1),
        full_name="A. Quill",
        country="DE",
    )
    build_profiles(shop.engine, settings, as_of=AS_OF)
    row = profile(shop)
    assert (row.full_name, row.first_name, row.last_name) == ("Ada Quill", "Ada", "Quill")
    assert (row.street, row.city, row.country) == ("2 New Road", "York", "GB")
    assert row.postcode is None or row.isna().postcode  # the old postcode must not join the new street
    assert row.birth_date.date() == datetime(1980, 2, 3).date()
    losers = shop.engine.rows(
        "select value, feed, reason from profile_attributes where attribute = 'street' and not is_chosen"
    )
    assert losers == [("1 Old Lane", "loyalty_members", "a later record says otherwise")]


def test_email_confirmed_by_two_feeds_goes_first(shop, settings):
    shop.customer("C1", "a:1", "b:1", "c:1")
    for record, value, seen in (
        ("a:1", "Sure@Example.com", datetime(2025, 1, 1)),
        ("b:1", "sure@example.com", datetime(2025, 1, 2)),
        ("c:1", "late@example.com", datetime(2026, 5, 1)),
    ):
        shop.add(
            "record_identifiers",
            record_id=record,
            feed=record[0],
            identifier_type="email",
            identifier_value=value,
            first_seen_at=seen,
            last_seen_at=seen,
        )
    for value in ("sure@example.com", "late@example.com"):
        shop.add("identifiers", customer_id="C1", identifier_type="email", identifier_value=value)
    build_profiles(shop.engine, settings, as_of=AS_OF)
    assert profile(shop).email == "sure@example.com"
    found = shop.engine.rows(
        "select value, feed, is_chosen from profile_attributes where attribute = 'email' order by choice_rank"
    )
    assert found == [("sure@example.com", "b", True), ("late@example.com", "c", False)]


def test_row_order_changes_nothing(shop, settings):
    def fill(order):
        for table in ("identity_records", "identity_map", "customers"):
            shop.engine.execute(f"delete from {table}")
        shop.customer("C1", *(f"f{number}:1" for number in order))
        for number in order:
            shop.add(
                "identity_records",
                record_id=f"f{number}:1",
                feed=f"f{number}",
                full_name=f"Kim Lark{number}",
                street=f"{number % 3} High Street",
                first_observed_at=AS_OF - timedelta(days=number % 2 + 1),
            )
        build_profiles(shop.engine, settings, as_of=AS_OF)
        return (
            shop.engine.rows("select * from profile_attributes order by all"),
            shop.engine.rows("select * from profiles order by all"),
        )

    assert fill(range(6)) == fill([5, 3, 1, 0, 2, 4])


def test_totals_of_customers_equal_the_orders(shop, settings):
    shop.customer("C1", "till:1")
    shop.customer("C2", "till:2", is_anonymous=True)
    for number in range(1, 7):
        shop.add(
            "orders",
            order_id=f"o{number}",
            record_id=f"till:{number % 2 + 1}",
            channel="store",
            ordered_at=datetime(2026, 1, number),
            gross_revenue=Decimal(number) / 3,
        )
    build_profiles(shop.engine, settings, as_of=AS_OF)
    of_known = shop.engine.scalar(
        "select sum(gross_revenue) from orders join identity_map using (record_id) where customer_id = 'C1'"
    )
    assert shop.engine.scalar("select sum(gross_revenue) from profiles") == of_known


def test_only_what_is_handed_on_is_left(shop, settings):
    shop.customer("C1", "shop:1")
    listed = "select table_name from information_schema.tables"
    before = set(shop.engine.rows(listed))
    build_profiles(shop.engine, settings, as_of=AS_OF)
    assert {name for (name,) in set(shop.engine.rows(listed)) - before} == set(PROFILE_TABLES)
