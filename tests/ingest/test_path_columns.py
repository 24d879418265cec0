"""Columns that the file's path stands for: two lists may number their entries alike."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import by_path, discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

PATTERN = r"entries_([a-z]+)"
CONTRACT = Contract.model_validate(
    {
        "kind": "contract",
        "name": "entries",
        "description": "Entries.",
        "key": ["list", "entry"],
        "properties": [{"name": "list", "fromPath": PATTERN}, {"name": "entry", "required": True}],
    }
)
SUPPRESSIONS = Contract.model_validate(
    yaml.safe_load((Path(__file__).parents[2] / "schemas/exports/suppressions.yaml").read_text(encoding="utf-8"))
)


def _write(path: Path, form: str, rows: list[dict[str, object]]) -> None:
    if form == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif form == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    else:
        lines = [",".join(rows[0]), *(",".join(str(value or "") for value in row.values()) for row in rows)]
        path.write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_the_path_stands_for_a_column_that_is_absent_or_empty(tmp_path, form):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (tmp_path / "work").mkdir()
    _write(inbox / "entries_house_1", form, [{"entry": "1"}, {"entry": "2"}])
    _write(inbox / "entries_register_1", form, [{"entry": "1", "list": None}, {"entry": "1", "list": "own"}])
    _write(inbox / "entries_register_2", form, [{"entry": "1", "list": "register"}])
    feed = Feed.model_validate(
        {"feed": "entries", "description": "d", "source": "s", "files": ["entries*"], "form": {"type": form},
         "contract": "entries", "tables": ["touchpoints"]}
    )  # fmt: skip
    engine = open_engine("duckdb", threads=1)
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    landing = Landing(engine, datetime(2026, 6, 1), "r1", tmp_path / "work", tmp_path / "landed")
    result = land_inbox(landing, discover(inbox, [feed]), {"entries": feed}, {"entries": CONTRACT}, History())
    listed = ", ".join(f"'{path}'" for path in result.landed["entries"])
    rows = engine.rows(f"select list, entry from read_parquet([{listed}]) order by all")
    engine.close()
    assert rows == [("house", "1"), ("house", "2"), ("own", "1"), ("register", "1")]
    assert [ledger.rows_duplicate for ledger in result.ledgers] == [0, 0, 1]


def test_equal_bytes_of_two_lists_are_two_files(tmp_path):
    for name in ("inbox", "work"):
        (tmp_path / name).mkdir()
    for name in ("entries_house_1", "entries_register_1", "entries_register_2"):
        _write(tmp_path / "inbox" / name, "csv", [{"entry": "1"}, {"entry": "2"}])
    feeds = {
        "entries": Feed.model_validate(
            {"feed": "entries", "description": "d", "source": "s", "files": ["entries*"], "form": {"type": "csv"},
             "contract": "entries", "tables": ["touchpoints"]}
        )
    }  # fmt: skip
    contracts = {"entries": CONTRACT}
    engine = open_engine("duckdb", threads=1)
    engine.execute(f"create or replace temp table superseded_rows ({SUPERSEDED_COLUMNS})")
    landing = Landing(engine, datetime(2026, 6, 1), "r1", tmp_path / "work", tmp_path / "landed")
    deliveries = by_path(discover(tmp_path / "inbox", feeds.values()), feeds, contracts)
    result = land_inbox(landing, deliveries, feeds, contracts, History())
    engine.close()
    assert [(ledger.rows_accepted, ledger.rows_duplicate) for ledger in result.ledgers] == [(2, 0), (2, 0), (0, 2)]


@pytest.mark.parametrize(
    ("file", "found"),
    [
        ("suppressions_2026-05-31.csv", ""),
        ("suppressions.csv.gz", ""),
        ("suppressions_20260531T030000Z.csv", ""),
        ("suppressions_house_2026-05-31.csv", "house"),
        ("suppressions-2026-05-31-national_register.csv", "national_register"),
    ],
)
def test_the_words_in_a_files_name_say_which_list_it_is(file, found):
    assert SUPPRESSIONS.find("list").in_path(f"inbox/privacy/{file}") == found
