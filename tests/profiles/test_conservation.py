"""Money and points are conserved whatever is merged, split, corrected or delivered again."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from profiles.small_shop import Shop

from cdp.contracts.documents import load_document
from cdp.engines import open_engine
from cdp.errors import GateError
from cdp.profiles import ProfileSettings, build_profiles
from cdp.profiles.conservation import check_conservation
from cdp.steps import load_steps

AS_OF = datetime(2026, 6, 1)
STEPS = {step.name: step.sql for step in load_steps("profiles")}
MONEY = (
    *(
        "record_evidence",
        "currency_rates",
        "business_days",
        "return_currencies",
        "day_rates",
        "order_owners",
        "counted_orders",
    ),
    "customer_returns",
)
TOTALS = ("order_totals", "return_totals", "loyalty_owners", "loyalty_postings", "loyalty_accounts", "loyalty_totals")
CENTS = st.integers(1, 99_999).map(lambda cents: Decimal(cents) / 100)

RECORD = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["store", "web", "app"]),
        "amount": CENTS,
        "currency": st.sampled_from(["EUR", "EUR", "USD", "SEK", None]),
        "day": st.integers(-400, 2),
        "is_cancelled": st.booleans(),
        "has_card": st.booleans(),
        "returned": st.sampled_from([None, "part", "all", "of another"]),
        "points": st.integers(-500, 500),
    }
)
OPERATION = st.one_of(
    st.tuples(st.just("merge"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("split"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("correct"), st.integers(0, 9), CENTS),
    st.tuples(st.just("replay"), st.integers(0, 9), st.just(None)),
    st.tuples(st.just("hide"), st.integers(0, 4), st.booleans()),
)


class Books:
    """What feeds delivered, by key, and to which customer identity says that each record belongs."""

    def __init__(self, records):
        self.rows = {f"till:{number}": dict(record) for number, record in enumerate(records)}
        self.owner = {key: f"C{number % 5}" for number, key in enumerate(self.rows)}
        self.anonymous = {"C4"}

    def apply(self, operation):
        kind, one, other = operation
        keys = sorted(self.rows)
        key = keys[one % len(keys)]
        if kind == "merge":
            gone = self.owner[keys[other % len(keys)]]
            self.owner = {record: self.owner[key] if who == gone else who for record, who in self.owner.items()}
        elif kind == "split":
            self.owner[key] = f"N{other}"
        elif kind == "correct":
            self.rows[key]["amount"] = other
        elif kind == "replay":
            self.rows[key] = dict(self.rows[key])
        else:
            (self.anonymous.add if other else self.anonymous.discard)(f"C{one}")

    def write(self, shop):
        for table in ("customers", "identity_map", "usable_identifiers", "orders", "returns", "loyalty_ledger",
                      "identity_records", "profiles"):  # fmt: skip
            shop.engine.execute(f"delete from {table}")
        for who in sorted(set(self.owner.values())):
            shop.add("customers", customer_id=who, is_anonymous=who in self.anonymous)
        for key, row in self.rows.items():
            shop.add("identity_map", record_id=key, customer_id=self.owner[key])
            if row["has_card"]:
                shop.bears(key, "loyalty_card", f"card{key}")
            when = AS_OF + timedelta(days=row["day"])
            shop.add("orders", order_id=f"o{key}", record_id=key, feed="till", channel=row["channel"],
                     ordered_at=when, is_cancelled=row["is_cancelled"], currency=row["currency"],
                     gross_revenue=row["amount"])  # fmt: skip
            if row["returned"]:
                part = row["amount"] if row["returned"] == "all" else (row["amount"] / 2).quantize(Decimal("0.01"))
                shop.add("returns", return_id=f"r{key}", record_id=key, feed="till", return_channel="store",
                         amount=part, order_id="gone" if row["returned"] == "of another" else f"o{key}",
                         returned_at=when)  # fmt: skip
            shop.add("loyalty_ledger", entry_id=f"e{key}", feed="points", loyalty_card=f"card{key}", record_id=key,
                     entry_type="earn", points=row["points"], booked_at=when)  # fmt: skip


@pytest.fixture(scope="module")
def books_engine():
    shop = Shop(open_engine("duckdb", threads=1))
    shop.engine.execute(
        "create temp table profiles (customer_id varchar, gross_revenue decimal(18, 2), "
        "gross_revenue_probable decimal(18, 2), returned_value decimal(18, 2), returned_value_probable decimal(18, 2), "
        "loyalty_balance bigint)"
    )
    shop.add(
        "exchange_rates", rate_date=(AS_OF - timedelta(days=300)).date(), currency="USD", rate=Decimal("0.91234567")
    )
    shop.add("exchange_rates", rate_date=(AS_OF - timedelta(days=100)).date(), currency="USD", rate=Decimal("0.87"))
    yield shop
    shop.engine.close()


def settle(shop):
    """Credit everything to customers, as the stage does; gives total revenue, total returned and points."""
    params = {"as_of": AS_OF, "currency": "EUR", "time_zone": "Europe/Berlin"}
    for name in (*MONEY, *TOTALS):
        shop.engine.create_table(name, STEPS[name], params)
    shop.engine.execute(
        "insert into profiles select customer_id, coalesce(o.gross_revenue, 0), coalesce(o.gross_revenue_probable, 0), "
        "coalesce(r.returned_value, 0), coalesce(r.returned_value_probable, 0), coalesce(l.loyalty_balance, 0) "
        "from customers left join order_totals as o using (customer_id) left join return_totals as r "
        "using (customer_id) left join loyalty_totals as l using (customer_id) where not is_anonymous"
    )
    check_conservation(shop.engine, as_of=AS_OF)
    return shop.engine.rows(
        "select (select sum(revenue) from order_owners where counted_as is not null), "
        "(select sum(value) from customer_returns where counted_as is not null), "
        "(select sum(balance) from loyalty_accounts)"
    )[0]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORD, min_size=1, max_size=7), operations=st.lists(OPERATION, max_size=6))
def test_nothing_is_lost_or_doubled(books_engine, records, operations):
    """Whoever is whom, all totals reconcile; and who is whom changes no total at all."""
    books = Books(records)
    books.write(books_engine)
    before = settle(books_engine)
    for operation in operations:
        books.apply(operation)
    books.write(books_engine)
    after = settle(books_engine)
    if not any(kind == "correct" for kind, _, _ in operations):
        assert after == before
    counted = [
        row["amount"]
        for row in books.rows.values()
        if row["currency"] in ("EUR", None) and not row["is_cancelled"] and row["day"] < 0
    ]
    own_money = books_engine.engine.scalar(
        "select coalesce(sum(revenue), 0) from order_owners where counted_as is not null and exchange_rate = 1"
    )
    assert own_money == sum(counted)


@pytest.fixture
def profile_settings():
    loaded, faults = load_document(Path(__file__).parents[2] / "pipelines" / "profile.yaml", ProfileSettings)
    assert loaded is not None, faults
    return loaded


def test_an_order_counted_twice_stops_the_run(shop, profile_settings):
    """Two feeds that deliver one order number would double its revenue."""
    shop.customer("C1", "till:1", "shop:1")
    for record, feed in (("till:1", "till"), ("shop:1", "shop")):
        shop.add("orders", order_id="1", record_id=record, feed=feed, channel="web", currency="EUR",
                 ordered_at=AS_OF - timedelta(days=1), gross_revenue=Decimal("10"))  # fmt: skip
    with pytest.raises(GateError, match=r"feed shop, EUR: orders delivered are worth 10\.00, orders credited 20\.00"):
        build_profiles(shop.engine, profile_settings, as_of=AS_OF)


def test_what_only_looks_wrong_is_told(shop, profile_settings):
    shop.customer("C1", "till:1")
    shop.add("orders", order_id="1", record_id="till:1", feed="till", channel="store", currency="SEK",
             ordered_at=AS_OF - timedelta(days=1), gross_revenue=Decimal("10"))  # fmt: skip
    for number, currency in ((1, "SEK"), (2, None)):
        shop.add("returns", return_id=f"r{number}", record_id="till:1", feed="till", return_channel="store",
                 currency=currency, returned_at=AS_OF - timedelta(days=1), amount=Decimal("4"))  # fmt: skip
    for entry, points, reverses in (("e1", 50, None), ("e2", -50, "e1"), ("e3", -50, "e1")):
        shop.add("loyalty_ledger", entry_id=entry, feed="points", loyalty_card="cardC1", entry_type="earn",
                 points=points, reverses_entry_id=reverses, booked_at=AS_OF - timedelta(days=1))  # fmt: skip
    told = build_profiles(shop.engine, profile_settings, as_of=AS_OF).doubts
    assert [words.partition(":")[0] for words in told] == [
        "1 orders in SEK worth 10.00 have no exchange rate on or before their day",
        "2 returns in SEK worth 8.00 have no exchange rate on or before their day",
        "1 movements of points are taken back by more than they were, or on another card",
        "1 loyalty cards are overdrawn",
    ]
    found = shop.engine.rows("select count_orders, gross_revenue, returned_value, net_revenue from profiles")
    assert found == [(1, 0, 0, 0)]


def test_points_of_several_cards_are_one_balance_by_channel(shop, profile_settings):
    shop.customer("C1", "cards:1", "cards:2")
    for number, (card, kind, points, channel) in enumerate(
        [("001", "earn", 70, "web"), ("2", "earn", 30, "store"), ("2", "burn", -20, "store"), ("9", "earn", 5, None)]
    ):
        shop.add("loyalty_ledger", entry_id=f"e{number}", feed="points", loyalty_card=card, entry_type=kind,
                 points=points, channel=channel, booked_at=AS_OF - timedelta(days=1))  # fmt: skip
    for card in ("1", "2"):
        shop.add(
            "identifiers", customer_id="C1", identifier_type="loyalty_card", identifier_value=card, count_records=1
        )
    build_profiles(shop.engine, profile_settings, as_of=AS_OF)
    assert shop.engine.rows("select loyalty_balance, points_burned from profiles") == [(80, 20)]
    assert shop.engine.rows("select customer_id, balance from loyalty_accounts where customer_id is null") == [
        (None, 5)
    ]
    assert shop.engine.rows("select account, sum(points)::int from loyalty_postings group by account order by all") == [
        ("card", 85), ("points granted", -105), ("points redeemed", 20),
    ]  # fmt: skip


def test_phones_off_limits_that_cannot_be_read_are_told(shop, profile_settings):
    shop.customer("C1", "till:1")
    for number, (phone, since, until) in enumerate(
        (("12", 1, None), ("020 7946 0001", 1, None), ("34", 1, 20), ("56", 40, None), (None, 1, None))
    ):
        shop.add("privacy_requests", request_id=f"suppressions:{number}", request_type="suppression", phone=phone,
                 requested_at=AS_OF + timedelta(days=since - 30),
                 valid_until=until and AS_OF + timedelta(days=until - 30))  # fmt: skip
    shop.add("request_phones", request_id="suppressions:1", phone_std="+442079460001")
    (told,) = build_profiles(shop.engine, profile_settings, as_of=AS_OF).doubts
    assert told.startswith("1 privacy requests or entries of suppression lists name a phone that cannot be read")
    assert told.endswith("by it (deliver the country, or the number with its country code): suppressions:0")
