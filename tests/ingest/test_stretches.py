"""A file that passes in many stretches lands as it would in one."""

from __future__ import annotations

import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest import chunks, landing, parquet_source
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.reading import parts
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

COUNT = 3000
BAD, COPY = {7, 1500, 2999}, {2400: 12}


def values(number):
    number = COPY.get(number, number)
    return {"id": f"A{number}", "amount": "x" if number in BAD else f"{number}.50", "note": f"n{number % 5}"}


def contract(**more):
    properties = [
        {"name": "id"},
        {"name": "amount", "logicalType": "number", "logicalTypeOptions": {"scale": 2}},
        {"name": "note"},
    ]
    if more.pop("listed", False):
        properties[2]["logicalTypeOptions"] = {"values": [f"n{number}" for number in range(9)]}
    if more.pop("unique", False):
        properties[2]["unique"] = True
    return Contract.model_validate(
        {"kind": "contract", "name": "sales", "description": "x", "key": ["id"], "properties": properties, **more}
    )


def write(path, form):
    rows = [values(number) for number in range(COUNT)]
    if form == "csv":
        path.write_text("id,amount,note\n" + "".join(",".join(row.values()) + "\n" for row in rows))
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        pq.write_table(pa.table({name: [row[name] for row in rows] for name in rows[0]}), path, row_group_size=700)


def land(tmp_path, form, agreed):
    feed = Feed.model_validate(
        {"feed": "sales", "description": "x", "source": "x", "files": [f"*.{form}"], "form": {"type": form},
         "contract": "sales", "tables": ["stores"]}
    )  # fmt: skip
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    inbox.mkdir()
    work.mkdir()
    write(inbox / f"a.{form}", form)
    engine = open_engine("duckdb", threads=2)
    try:
        engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        target = landing.Landing(engine, datetime(2026, 6, 1), "r1", work, tmp_path / "landed")
        result = land_inbox(target, discover(inbox, [feed]), {"sales": feed}, {"sales": agreed}, History())
        rows = []
        if result.landed:
            engine.read_parquet("landed", result.landed["sales"])
            rows = engine.rows("select _row, id, amount::varchar from landed order by _row")
        return result, rows
    finally:
        engine.close()


@pytest.fixture(autouse=True)
def in_stretches(monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 4000)
    monkeypatch.setattr("cdp.ingest.reading.blocks.BLOCK_BYTES", 4096)
    monkeypatch.setattr("cdp.ingest.reading.source.BLOCK_BYTES", 4096)
    monkeypatch.setattr(parquet_source, "PARQUET_ROWS", 1000)
    monkeypatch.setattr(parquet_source, "PARQUET_BYTES", 1)


LOOKED_UP = {"rowRules": [{"name": "known_note", "must": "note in ('n0', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7')"}]}


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("rules", [{}, LOOKED_UP, {"listed": True}], ids=["plain", "looked up", "listed"])
def test_rows_keep_their_numbers_lines_and_text_in_any_stretch(tmp_path, form, rules):
    result, rows = land(tmp_path, form, contract(**rules))
    [ledger] = result.ledgers
    assert len(result.landed["sales"]) > 1
    assert (ledger.rows_read, ledger.rows_accepted, ledger.rows_quarantined, ledger.rows_duplicate) == (
        COUNT, COUNT - 4, 3, 1,
    )  # fmt: skip
    kept = [number for number in range(COUNT) if number not in BAD and number != COPY[2400]]
    assert rows == [(number, values(number)["id"], values(number)["amount"]) for number in kept]
    first = 2 if form == "csv" else 1
    assert [(row.line, row.row_number) for row in result.quarantined] == [(n + first, n) for n in sorted(BAD)]
    for row in result.quarantined:
        told = values(row.row_number)
        assert (row.raw == ",".join(told.values())) if form == "csv" else (json.loads(row.raw) == told)


def test_a_unique_value_is_looked_for_in_the_whole_file(tmp_path):
    result, rows = land(tmp_path, "csv", contract(unique=True))
    assert {row[1] for row in rows} == {"A0", "A1", "A2", "A3", "A4"}
    assert result.ledgers[0].rows_quarantined == COUNT - 5


def test_equal_rows_that_count_each_are_numbered_over_the_whole_file(tmp_path):
    result, rows = land(tmp_path, "csv", contract(rowsPerKey="many", equalRows="each"))
    assert [row for row in rows if row[1] == "A12"] == [(12, "A12", "12.50"), (2400, "A12", "12.50")]
    assert result.ledgers[0].rows_duplicate == 0


def test_rows_of_a_stretch_keep_their_numbers_where_another_feed_is_asked(tmp_path):
    engine = open_engine("duckdb", threads=2)
    try:
        engine.execute("create temp table known__notes__id as select 'n' || i as value from range(5) as t(i)")
        part = tmp_path / "p.csv"
        part.write_text("".join(f"A{number},{number},n{number % 7}\n" for number in range(9)))
        selects = tuple(
            f"select row_number() over () + {first} as _row, a::varchar as id, b::varchar as amount, "
            f"c::varchar as note from read_csv('{part}', names = ['a', 'b', 'c'], header = false)"
            for first in (-1, 8)
        )
        note = {"name": "note", "references": {"feed": "notes", "column": "id"}, "onFail": {"reference": "reject"}}
        agreed = contract(properties=[{"name": "id"}, {"name": "amount"}, note])
        engine.create_view("staged", " union all ".join(selects))
        judged = chunks.Judged()
        chunks.keep(engine, agreed, datetime(2026, 6, 1), "f", tmp_path, 18, judged, None, selects)
        assert [row.row for row in judged.broken] == [5, 6, 14, 15]
        engine.read_parquet("landed", judged.files)
        assert engine.rows("select _row, id from landed order by _row") == [
            (number, f"A{number % 9}") for number in range(18) if number % 9 not in {5, 6}
        ]
    finally:
        engine.close()
