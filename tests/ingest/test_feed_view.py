"""What mappings see of a feed: local times in UTC by the store's zone or the row's own, derived columns."""

from __future__ import annotations

from datetime import datetime

import pytest
from pydantic import ValidationError

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.feed_view import open_feed, view_sql
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

LOCAL = {"name": "sold_at", "logicalType": "timestamp", "timeZone": "local"}


def a_contract(**more):
    properties = [{"name": "store"}, LOCAL, {"name": "amount", "logicalType": "number"}]
    return Contract.model_validate(
        {"kind": "contract", "name": "sales", "description": "d", "key": ["store"], "properties": properties} | more
    )


@pytest.fixture(scope="module")
def engine():
    engine = open_engine()
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    engine.create_table(
        "stores",
        "select * from (values ('NY', 'America/New_York'), ('B', 'Europe/Berlin'), ('X', 'Moon/Crater')) "
        "as t(store_id, time_zone)",
    )
    yield engine
    engine.close()


def seen(engine, contract, rows, columns="sold_at"):
    listed = ", ".join(f"('{store}', timestamp '{at}', 1.5)" for store, at in rows)
    engine.create_table("given", f"select * from (values {listed}) as t(store, sold_at, amount)")
    return [row[0] for row in engine.rows(f"select {columns} from ({view_sql(contract, 'select * from given')})")]


@pytest.mark.parametrize(
    ("store", "local", "utc"),
    [
        ("NY", "2026-03-08 01:59:59", datetime(2026, 3, 8, 6, 59, 59)),
        ("NY", "2026-03-08 03:00:00", datetime(2026, 3, 8, 7)),
        ("B", "2026-10-24 23:30:00", datetime(2026, 10, 24, 21, 30)),
        ("B", "2026-10-25 23:30:00", datetime(2026, 10, 25, 22, 30)),
        ("X", "2026-05-01 12:00:00", datetime(2026, 5, 1, 12)),
        ("unknown", "2026-05-01 12:00:00", datetime(2026, 5, 1, 12)),
    ],
)
def test_a_stores_clock_becomes_utc(engine, store, local, utc):
    contract = a_contract(localZone={"column": "store", "table": "stores"})
    assert seen(engine, contract, [(store, local)]) == [utc]


def test_a_row_may_name_its_own_zone(engine):
    contract = a_contract(localZone={"column": "store", "otherwise": "Europe/London"})
    rows = [("Asia/Tokyo", "2026-05-01 12:00:00"), ("Moon/Crater", "2026-05-01 12:00:00")]
    assert sorted(seen(engine, contract, rows)) == [datetime(2026, 5, 1, 3), datetime(2026, 5, 1, 11)]


def test_without_a_local_zone_the_mapping_decides(engine):
    assert seen(engine, a_contract(), [("NY", "2026-05-01 12:00:00")]) == [datetime(2026, 5, 1, 12)]


def test_derived_columns_see_utc_and_each_other(engine):
    derived = [{"name": "place", "expression": "lower(store)"},
               {"name": "label", "expression": "place || ' ' || strftime(sold_at, '%H')"}]  # fmt: skip
    contract = a_contract(localZone={"column": "store", "table": "stores"}, derived=derived)
    assert seen(engine, contract, [("NY", "2026-05-01 12:00:00")], "label") == ["ny 16"]


def test_a_feed_without_files_has_all_columns(engine):
    contract = a_contract(derived=[{"name": "double_amount", "expression": "2 * amount"}])
    open_feed(engine, contract, (), "sales")
    columns = engine.columns("sales")
    assert list(columns) == ["store", "sold_at", "amount", "_file_id", "_row", "_extra", "double_amount"]
    assert engine.scalar("select count(*) from sales") == 0


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"localZone": {"column": "till", "table": "stores"}}, "'till' is not one of the properties"),
        ({"localZone": {"column": "store", "otherwise": "Mars/Base"}}, "'Mars/Base' is not a time zone"),
        ({"timeZone": "Mitteleuropa"}, "'Mitteleuropa' is not a time zone"),
        ({"derived": [{"name": "store", "expression": "1"}]}, "derived column 'store' is a property already"),
    ],
)
def test_wrong_words_are_told(more, why):
    with pytest.raises(ValidationError, match=why):
        a_contract(**more)


def test_joined_columns_are_no_keys_of_a_json_file(tmp_path):
    contract = Contract.model_validate({
        "kind": "contract", "name": "calls", "description": "d", "key": ["id"], "properties": [
            {"name": "id", "required": True}, {"name": "day"}, {"name": "clock"},
            {"name": "called_at", "joins": ["day", "clock"], "logicalType": "timestamp"},
        ],
    })  # fmt: skip
    feed = Feed.model_validate(
        {"feed": "calls", "description": "d", "source": "s", "files": ["*.jsonl"], "form": {"type": "jsonl"},
         "contract": "calls", "tables": ["touchpoints"]}
    )  # fmt: skip
    engine, inbox, work = open_engine(), tmp_path / "inbox", tmp_path / "work"
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    inbox.mkdir()
    work.mkdir()
    (inbox / "a.jsonl").write_text('{"id": 1, "day": "2026-05-01", "clock": "10:15:00", "called": "yes"}\n')
    landing = Landing(engine, datetime(2026, 6, 1), "r1", work, tmp_path / "landed")
    result = land_inbox(landing, discover(inbox, [feed]), {"calls": feed}, {"calls": contract}, History())
    [ledger] = result.ledgers
    assert (ledger.rows_accepted, "called_at" in ledger.message) == (1, False)
    open_feed(engine, contract, result.landed["calls"], "calls")
    assert engine.rows("select id, called_at from calls") == [("1", datetime(2026, 5, 1, 10, 15))]
    engine.close()
