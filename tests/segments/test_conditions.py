"""Who a rule finds, condition by condition, on rows that can be checked by eye."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cdp.segments import SegmentDefinition, build_segments

AS_OF = datetime(2026, 6, 1)


def members(base, **definition):
    built = SegmentDefinition.model_validate({"name": "under_test", "title": "Under test", **definition})
    build_segments(base.engine, [built], as_of=AS_OF, previous=False)
    return sorted(row[0] for row in base.engine.rows("select customer_id from segment_memberships"))


def days_ago(days):
    return AS_OF - timedelta(days=days)


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"column": "country", "value": "GB"}, ["A"]),
        ({"column": "country", "op": "!=", "value": "GB"}, ["B", "C"]),
        ({"column": "country", "op": "in", "value": ["GB", "DE"]}, ["A", "B"]),
        ({"column": "country", "op": "not_in", "value": ["DE"]}, ["A", "C"]),
        ({"column": "country", "op": "is_null"}, ["C"]),
        ({"column": "country", "op": "is_not_null"}, ["A", "B"]),
        ({"column": "net_revenue", "op": "between", "value": [10, 20.5]}, ["A", "B"]),
        ({"column": "net_revenue", "op": "<", "value": 20.5}, ["A"]),
        ({"column": "returned_value", "op": ">=", "other_column": "gross_revenue", "times": 0.4}, ["A"]),
        ({"column": "channels", "op": "contains", "value": "app"}, ["B"]),
        ({"column": "channels", "value": "store"}, ["A"]),
        ({"column": "reachable_by", "op": "contains", "value": "sms"}, ["A"]),
        ({"column": "full_name", "op": "contains", "value": "Lark"}, ["B"]),
        ({"column": "last_purchase_at", "op": "within_days", "value": 10}, ["A"]),
        ({"column": "last_purchase_at", "op": "older_than_days", "value": 10}, ["B"]),
        ({"column": "birth_date", "op": "<", "value": "1980-01-01"}, ["A"]),
        ({"none": [{"column": "country", "value": "GB"}]}, ["B", "C"]),
        ({"any": [{"column": "country", "value": "GB"}, {"column": "country", "op": "is_null"}]}, ["A", "C"]),
    ],
)
def test_profile_columns(base, condition, found):
    base.member(
        "A",
        country="GB",
        net_revenue=10,
        gross_revenue=20,
        returned_value=8,
        channels="store",
        reachable_by=["sms"],
        full_name="Ann Wren",
        last_purchase_at=days_ago(10),
        birth_date="1970-01-01",
    )
    base.member(
        "B",
        country="DE",
        net_revenue=20.5,
        gross_revenue=30,
        returned_value=9.5,
        channels="store|app",
        reachable_by=["email"],
        full_name="Bo Lark",
        last_purchase_at=days_ago(11),
        birth_date="1990-01-01",
    )
    base.member("C")
    if condition.get("column") == "birth_date":
        condition = {**condition, "value": datetime(1980, 1, 1).date()}
    assert members(base, rule=condition) == found


def test_window_begins_inside_and_ends_before_the_date(base):
    for customer, when in (("A", days_ago(180)), ("B", days_ago(180) - timedelta(seconds=1)), ("C", AS_OF)):
        base.member(customer)
        base.order(customer, customer, channel="web", ordered_at=when)
    assert members(base, rule={"count": "orders", "within_days": 180}) == ["A"]


def test_counts_by_channel_what_is_a_purchase(base):
    """Neither cancelled orders, which count as nothing, nor what only a name ties to the customer."""
    for customer in "ABC":
        base.member(customer)
        base.order(f"{customer}1", customer, channel="store", ordered_at=days_ago(5))
    for customer, counted_as in (("A", "purchase"), ("B", None), ("C", "probable")):
        base.order(f"{customer}2", customer, counted_as, channel="web", ordered_at=days_ago(5))
    rule = {
        "all": [
            {"count": "orders", "where": {"channel": "store"}},
            {"count": "orders", "where": {"channel": ["web", "app"]}},
        ]
    }
    assert members(base, rule=rule) == ["A"]


@pytest.mark.parametrize(
    ("count", "found"),
    [
        ({"op": "=", "value": 0}, ["C"]),
        ({"op": "<", "value": 2}, ["B", "C"]),
        ({"op": "between", "value": [1, 2]}, ["A", "B"]),
        ({"sum_of": "gross_revenue", "value": 15}, ["A"]),
        ({"distinct": "channel", "value": 2}, []),
        ({"where": [{"column": "gross_revenue", "op": ">", "value": 10}]}, ["A"]),
        ({"where": {"discount_code": None}, "value": 2}, ["A"]),
    ],
)
def test_counting(base, count, found):
    for customer, amounts in (("A", [5, 11]), ("B", [10]), ("C", [])):
        base.member(customer)
        for amount in amounts:
            base.order(
                f"{customer}{amount}",
                customer,
                channel="web",
                ordered_at=days_ago(1),
                gross_revenue=amount,
            )
    assert members(base, rule={"count": "orders", **count}) == found


def test_events_since_an_instant_of_the_profile(base):
    for customer, bought in (("A", days_ago(1)), ("B", days_ago(9)), ("C", days_ago(5))):
        base.member(customer, first_low_csat_at=days_ago(5))
        base.order(customer, customer, ordered_at=bought)
    base.member("D")
    rule = {
        "all": [
            {"column": "first_low_csat_at", "op": "is_not_null"},
            {"count": "orders", "since": "first_low_csat_at", "op": "=", "value": 0},
        ]
    }
    assert members(base, rule=rule) == ["B", "C"]


def test_category_comes_by_sku_or_by_gtin(base):
    base.add("products", sku="S1", gtin="0001", category="Outdoor")
    for customer, sku, gtin in (("A", "S1", None), ("B", None, "0001"), ("C", "S2", "0001")):
        base.member(customer)
        base.order(customer, customer, ordered_at=days_ago(1))
        base.add(
            "order_lines",
            order_line_id=customer,
            order_id=customer,
            record_id=f"r{customer}",
            sku=sku,
            gtin=gtin,
        )
    assert members(base, rule={"count": "order_lines", "where": {"category": "Outdoor"}}) == ["A", "B"]


def test_a_line_counts_once_where_two_articles_bear_its_number(base):
    base.add("products", sku="S1", gtin="0001", category="Outdoor")
    base.add("products", sku="S2", gtin="0001", category="Indoor")
    base.member("A")
    base.order("o1", "A", ordered_at=days_ago(1))
    base.add("order_lines", order_line_id="l1", order_id="o1", record_id="rA", gtin="0001", amount=10)
    assert members(base, rule={"count": "order_lines", "op": "=", "value": 1}) == ["A"]
    assert members(base, rule={"count": "order_lines", "where": {"sku": "S1"}}) == ["A"]
    assert members(base, rule={"count": "order_lines", "where": {"sku": "S2"}}) == []


def test_plain_sql(base):
    base.member("A")
    base.member("B", is_erasure_requested=True)
    base.order("1", "A", ordered_at=days_ago(1))
    base.order("2", "B", ordered_at=days_ago(1))
    sql = "with bought as (select customer_id from orders where ordered_at < $as_of) select * from bought"
    assert members(base, sql=sql) == ["A"]


def test_who_asked_to_be_erased_is_in_no_segment(base):
    base.member("A", country="GB", is_erasure_requested=True)
    assert members(base, rule={"column": "country", "value": "GB"}) == []


@pytest.mark.parametrize("table", ["touchpoints", "tickets", "survey_responses", "fulfilments"])
def test_every_event_table_can_be_counted(base, table):
    moment = {
        "touchpoints": "occurred_at",
        "tickets": "opened_at",
        "survey_responses": "responded_at",
        "fulfilments": "created_at",
    }[table]
    base.member("A")
    base.member("B")
    base.add(table, record_id="rA", **{moment: days_ago(1)})
    base.add(table, record_id="rB", **{moment: AS_OF})
    assert members(base, rule={"count": table, "within_days": 2}) == ["A"]


def test_returns_go_by_the_credited_customer_and_the_channel_of_sale(base):
    for customer, counted_as in (("A", "purchase"), ("B", "purchase"), ("C", None), ("D", "purchase")):
        base.member(customer)
        base.add(
            "returns",
            return_id=customer,
            order_id=f"o{customer}",
            return_channel="store",
            returned_at=days_ago(3),
        )
        base.add("customer_returns", return_id=customer, customer_id=customer, counted_as=counted_as)
    for customer, channel in (("A", "web"), ("B", "store"), ("C", "app")):
        base.order(f"o{customer}", "X", channel=channel)
    assert members(base, rule={"count": "returns", "where": {"sale_channel": ["web", "app"]}}) == ["A"]
    assert members(base, rule={"count": "returns", "where": {"sale_channel": "store"}}) == ["B", "D"]


@pytest.mark.parametrize(
    ("table", "moment", "columns", "where"),
    [
        ("carts", "began_at", {"status": "open", "is_current": True}, {"is_current": True}),
        ("cart_items", "first_added_at", {"sku": "S1"}, {"sku": "S1"}),
        ("messages", "sent_at", {"channel": "sms", "is_delivered": True}, {"channel": "sms", "is_delivered": True}),
        ("support_contacts", "contacted_at", {"is_repeat_7d": True}, {"is_repeat_7d": True}),
        ("loyalty_postings", "booked_at", {"account": "card", "channel": "web"}, {"channel": "web"}),
    ],
)
def test_what_the_profile_stage_makes_can_be_counted(base, table, moment, columns, where):
    for customer, when in (("A", days_ago(1)), ("B", AS_OF), ("C", days_ago(9))):
        base.member(customer)
        base.add(table, customer_id=customer, **{moment: when}, **columns)
    assert members(base, rule={"count": table, "where": where, "within_days": 2}) == ["A"]
