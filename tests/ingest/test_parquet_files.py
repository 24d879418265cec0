"""Parquet that hurts: nested, of other types, broken in the foot or in the middle, named like a pattern."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

CONTRACT = Contract.model_validate(
    {"kind": "contract", "name": "visits", "description": "d", "key": ["visit_id"],
     "properties": [{"name": "visit_id", "required": True}, {"name": "amount", "logicalType": "number"},
                    {"name": "seen_at", "logicalType": "timestamp"}]}
)  # fmt: skip
FEED = Feed.model_validate(
    {"feed": "visits", "description": "d", "source": "s", "files": ["*.parquet"], "form": {"type": "parquet"},
     "contract": "visits", "tables": ["touchpoints"]}
)  # fmt: skip
GOOD = {"visit_id": ["V1", "V2"], "amount": [1, 2], "seen_at": [None, None]}


@pytest.fixture
def land(tmp_path):
    engine = open_engine(threads=1)
    engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    for name in ("inbox", "work"):
        (tmp_path / name).mkdir()

    def run(columns, name="a.parquet", damage=lambda content: content, **options):
        path = tmp_path / "inbox" / name
        pq.write_table(pa.table(columns), path, **options)
        path.write_bytes(damage(path.read_bytes()))
        landing = Landing(engine, datetime(2026, 6, 1), "r1", tmp_path / "work", tmp_path / "landed")
        deliveries = [item for item in discover(tmp_path / "inbox", [FEED]) if item.path.name == name]
        result = land_inbox(landing, deliveries, {"visits": FEED}, {"visits": CONTRACT}, History())
        rows = [
            row
            for path in result.landed.get("visits", ())
            for row in engine.rows(f"select visit_id, amount, seen_at from '{path}' order by 1")
        ]
        [ledger] = result.ledgers
        return ledger, rows

    run.engine = engine
    yield run
    engine.close()


def test_decimals_and_int96_instants_arrive_exactly(land):
    ledger, rows = land(
        {
            "visit_id": pa.array(["V1"]).dictionary_encode(),
            "amount": pa.array([Decimal("12345678901.2300")], pa.decimal128(38, 4)),
            "seen_at": pa.array([datetime(2026, 5, 1, 10, 30)], pa.timestamp("ns")),
        },
        use_deprecated_int96_timestamps=True,
    )
    assert ledger.rows_accepted == 1
    assert rows == [("V1", Decimal("12345678901.2300"), datetime(2026, 5, 1, 10, 30))]


def test_a_nested_value_where_a_number_was_promised_is_refused_alone(land):
    ledger, _ = land({**GOOD, "amount": [{"eur": 1}, {"eur": None}]})
    assert (ledger.status, ledger.rows_read, ledger.rows_quarantined) == ("loaded", 2, 2)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:-30] + b"\xff" * 22 + content[-8:],
        lambda content: content[:4] + b"\xff" * 40 + content[44:],
        lambda content: content[: len(content) // 2],
        lambda content: b"PAR1PAR1",
        lambda content: b"",
    ],
)
def test_a_broken_file_is_refused_whole_and_named(land, damage):
    ledger, rows = land(GOOD, damage=damage, compression="gzip")
    assert (ledger.status, ledger.rows_read, rows) == ("refused", 0, [])
    assert "a.parquet" in ledger.message


@pytest.mark.parametrize("name", ["a[1].parquet", "a*.parquet", "o'brien?.parquet"])
def test_a_name_like_a_pattern_reads_this_file_alone(land, name):
    land(GOOD, "a1.parquet")
    ledger, rows = land({**GOOD, "visit_id": ["V8", "V9"]}, name)
    assert (ledger.rows_read, [row[0] for row in rows]) == (2, ["V8", "V9"])


def test_a_file_that_needs_more_memory_waits_and_is_not_called_broken(land):
    """One thread is tried before; a file is never refused for the machine's sake."""
    many = 300_000
    columns = {"visit_id": [f"V{number:07d}" + "x" * 200 for number in range(many)]} | {
        name: [None] * many for name in ("amount", "seen_at")
    }
    land.engine.execute("set memory_limit = '24MB'")
    ledger, rows = land(columns, use_dictionary=False, compression="none", row_group_size=many)
    assert ledger.status.value == "waiting"
    assert "raise memory_limit under [resources] in cdp.toml" in ledger.message
    assert rows == []
    land.engine.execute("set memory_limit = '2GB'")
    ledger, rows = land(columns, use_dictionary=False, compression="none", row_group_size=many)
    assert (ledger.status.value, ledger.rows_accepted, len(rows)) == ("loaded", many, many)
