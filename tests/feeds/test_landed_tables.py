"""Tables made from whole deliveries keep their contracts: the sample always, the practice shop where it is."""

from __future__ import annotations

import pytest

from cdp.ingest.checks import quoted

FACTS = (
    "record_identifiers", "touchpoints", "orders", "order_lines", "returns", "fulfilments", "tickets",
    "survey_responses", "consents",
)  # fmt: skip


@pytest.fixture(params=["sample", "shop"])
def landed(request):
    return request.getfixturevalue(request.param)


def test_every_feed_is_read_and_gives_every_table(landed, feeds):
    read = {item.feed for item in landed.ledgers if item.rows_accepted}
    assert feeds.feeds.keys() - read <= {"exchange_rates", "suppressions"}, "neither rates nor lists"
    made = {(name, table) for name, feed in feeds.feeds.items() if name in read for table in feed.tables}
    assert landed.counts.keys() == made


def test_no_file_is_refused(landed):
    assert [item.message for item in landed.ledgers if item.status == "refused"] == []


def test_keys_are_unique_and_required_columns_are_filled(landed, feeds):
    for table, contract in feeds.canonical.items():
        key = ", ".join(map(quoted, contract.key))
        doubled = landed.engine.scalar(f"select count(*) - count(distinct ({key})) from {table}")
        assert doubled == 0, table
        for item in contract.properties:
            if item.required:
                empty = landed.engine.scalar(f"select count(*) from {table} where {quoted(item.name)} is null")
                assert empty == 0, f"{table}.{item.name}"


@pytest.mark.parametrize("table", FACTS)
def test_facts_belong_to_identity_records(landed, table):
    assert landed.engine.scalar(f"select count(*) from {table} anti join identity_records using (record_id)") == 0


def test_lines_add_up_to_their_orders(landed):
    apart = landed.engine.rows(
        "select order_id from orders inner join order_lines using (order_id) "
        "group by order_id, gross_revenue having abs(gross_revenue - sum(amount)) > 0.004"
    )
    assert apart == []


def test_nothing_is_negative(landed):
    assert landed.engine.scalar("select count(*) from returns where amount < 0 or quantity < 0") == 0
    assert landed.engine.scalar("select count(*) from order_lines where amount < 0 or quantity <= 0") == 0
