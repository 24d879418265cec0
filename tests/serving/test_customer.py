"""A customer is found by whatever a person may type, and shown whole."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest

from cdp.errors import NotFoundError
from cdp.serving import match_customer
from cdp.serving.keys import spellings


@pytest.mark.parametrize(
    "key",
    [
        "C1",
        "anna@example.com",
        "  ANNA@Example.com ",
        "mailto:anna@example.com",
        "+44 7700 900123",
        "07700 900 123",
        "0044 (0)7700 900123",
        "(07700) 900-123",
        "40012345",
        "4001-2345",
        "0000040012345",
        "00009001",
        "1001",
        "9001",
        "#1001",
        "s01-1",
        "instagram:@anna.m",
        "@Anna.M",
        "77",
        "shop_customers:9001",
    ],
)
def test_every_spelling_finds_the_customer(reader, key):
    assert match_customer(reader, key).customer_id == "C1"


def test_a_merged_id_leads_to_the_customer_that_lives_on(reader):
    match = match_customer(reader, "C0")
    assert match.customer_id == "C1"
    assert "merged" in match.found_by


def test_a_shared_phone_names_both_and_chooses_none(reader):
    with pytest.raises(NotFoundError, match="2 customers are known") as caught:
        match_customer(reader, "07700 900456")
    assert "C2 (Ben Sample, York)" in caught.value.message
    assert "customer id" in caught.value.hint


def test_an_unknown_key_says_what_to_try(reader):
    with pytest.raises(NotFoundError) as caught:
        match_customer(reader, "o'hara")
    assert """cdp customer find 'o'"'"'hara'""" in caught.value.hint


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("ana@exmaple.com", "email anna@example.com (C1)"),
        ("40012354", "loyalty card 40012345 (C1)"),
        ("+44 7700 900124", "phone +447700900123 (C1)"),
        ("@anna.n", "social handle instagram:@anna.m (C1)"),
    ],
)
def test_a_mistyped_key_names_who_is_near(reader, key, near):
    with pytest.raises(NotFoundError) as caught:
        match_customer(reader, key)
    assert near in caught.value.message


def test_nobody_is_near_a_short_key_or_one_far_off(reader):
    for key in ("77x", "somebody@example.net", "1002"):
        with pytest.raises(NotFoundError) as caught:
            match_customer(reader, key)
        assert "near" not in caught.value.message


def test_the_view_holds_what_support_needs(published):
    anna = published.customer("anna@example.com")
    assert anna.profile is not None
    assert anna.profile["net_revenue"] == Decimal("130.50")
    assert [row["order_id"] for row in anna.purchases] == ["#1001", "S01-1"]
    assert [row["items"] for row in anna.purchases] == ["Kettle, Mug x 2", "Loose tea x 0.4"]
    assert next(iter(anna.open_tickets))["subject"] == "Handle came off"
    assert [(row["channel"], row["status"], row["is_reachable"]) for row in anna.consents] == [
        ("email", "in", True),
        ("sms", "out", False),
        ("push", None, False),
    ]
    assert [row["segment"] for row in anna.segments] == ["buyers"]
    assert [(row["value"], row["feed"]) for row in anna.origins] == [("Anna Müller", "shop_customers")]
    assert list(anna.orders_by_channel.frame()["count_orders"]) == [1, 1, 0]


def test_the_view_holds_cart_points_messages_and_household(published):
    anna = published.customer("anna@example.com")
    (item,) = anna.open_cart
    assert (item["sku"], item["stock_available"], item["store_basis"]) == ("K-1", 3, "usual")
    assert [(row["loyalty_card"], row["balance"]) for row in anna.points] == [("40012345", 120)]
    assert [(row["channel"], row["campaign"]) for row in anna.messages] == [("email", "Spring")]
    assert [row["full_name"] for row in anna.household] == ["Ben Sample"]
    assert [row["is_repeat_7d"] for row in anna.support_contacts] == [True]


def test_an_anonymous_device_has_no_profile(published):
    device = published.customer("dev-4")
    assert device.profile is None
    assert device.identity["is_anonymous"]


def test_the_timeline_is_newest_first_and_ends_at_the_business_date(published):
    frame = published.timeline("C1")
    assert list(frame["touchpoint_id"]) == ["t3", "t2", "t1"]
    assert frame["occurred_at"].iloc[0] == datetime(2026, 5, 28, 9)
    assert len(published.timeline("C1", 1)) == 1
    assert len(published.timeline("C1", 0)) == 3


@pytest.mark.parametrize("text", ["müller", "muller leeds", "Birch", "anna@", "900123"])
def test_find_takes_parts_of_names_contacts_and_addresses(published, text):
    assert list(published.find(text)["customer_id"]) == ["C1"]


def test_find_needs_every_word(published):
    assert published.find("anna york").empty


def test_spellings_of_one_mailbox():
    assert ("email", "anna.b@gmail.com") in spellings("Anna.B@googlemail.com", [])
    assert ("email", "annab@gmail.com") in spellings("Anna.B+shop@gmail.com", [])
