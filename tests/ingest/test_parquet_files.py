"""Parquet that hurts: nested, of other types, broken in the foot or in the middle, named like a pattern."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.errors import EngineError
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


def test_a_page_that_is_read_beyond_its_end_is_refused_or_loaded_and_stops_nothing(land):
    """Its values are said to go on, and what the engine finds there is a value at one time and none at another."""
    columns = {**GOOD, "seen_at": pa.array([datetime(2026, 5, 1), None])}

    def without_end(content):
        seen_at = pq.ParquetFile(pa.BufferReader(content)).metadata.row_group(0).column(2)
        end = seen_at.dictionary_page_offset + seen_at.total_compressed_size
        return content[: end - 2] + b"\x8b\x00" + content[end:]

    ledgers = [land(columns, damage=without_end, compression="none")[0] for _ in range(12)]
    assert {str(ledger.status) for ledger in ledgers} <= {"loaded", "refused"}
    assert all("dictionary offset" in ledger.message for ledger in ledgers if ledger.status.value == "refused")


def test_a_file_whose_reading_failed_once_is_refused(land, monkeypatch):
    write, failures = land.engine.write_parquet, ["dictionary offset out of range"]

    def failing(*given):
        if failures:
            raise EngineError(failures.pop())
        return write(*given)

    monkeypatch.setattr(land.engine, "write_parquet", failing)
    ledger, rows = land(GOOD)
    assert (ledger.status, rows) == ("refused", [])
    assert "a.parquet is not readable as parquet: dictionary offset out of range" in ledger.message
    assert land(GOOD)[0].status == "loaded"


def test_rows_that_cannot_be_written_are_not_the_files_fault(land, monkeypatch):
    def full(*_):
        raise EngineError("IO Error: No space left on device")

    monkeypatch.setattr(land.engine, "write_parquet", full)
    with pytest.raises(EngineError, match="No space left"):
        land(GOOD)


def test_a_footer_that_counts_other_rows_than_its_row_groups_is_refused(land):
    """Or rows beyond that number would be gone where as many are refused by the contract."""
    count, one_less = bytes([2 * 61]), bytes([2 * 60])
    columns = {"visit_id": [f"V{number}" for number in range(60)] + [None], "amount": [1] * 61, "seen_at": [None] * 61}

    def shorter(content):
        start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
        for place in range(start, len(content)):
            changed = content[:place] + one_less + content[place + 1 :]
            if content[place : place + 1] == count and _counts(changed) == (60, 61):
                return changed
        raise AssertionError("no such place")

    ledger, rows = land(columns, damage=shorter)
    assert (ledger.status, rows) == ("refused", [])
    assert "its footer counts 60 rows, its row groups 61" in ledger.message


def _counts(content):
    try:
        foot = pq.ParquetFile(pa.BufferReader(content)).metadata
        return foot.num_rows, foot.row_group(0).num_rows
    except (OSError, pa.ArrowException):
        return None


def test_a_column_named_in_no_letters_is_refused(land):
    """In UTF-8 these bytes stand for nothing."""
    ledger, rows = land({**GOOD, "rest": ["a", "b"]}, damage=lambda content: content.replace(b"rest", b"r\xff\xfet"))
    assert (ledger.status, rows) == ("refused", [])
    assert "a.parquet is not readable as parquet" in ledger.message


@pytest.mark.parametrize("name", ["file_row_number", "File_Row_Number"])
def test_a_column_named_like_the_readers_own_is_refused_by_name(land, name):
    ledger, rows = land({**GOOD, name: [1, 2]})
    assert (ledger.status, rows) == ("refused", [])
    assert f"a.parquet has a column {name}" in ledger.message


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
