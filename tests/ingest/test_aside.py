"""Columns that a feed gained are kept aside in every format; those that were left out from the start are not."""

from __future__ import annotations

import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cdp.contracts import Contract
from cdp.engines import open_engine
from cdp.ingest.discover import discover
from cdp.ingest.feed import Feed
from cdp.ingest.landing import Landing
from cdp.ingest.mapping import open_feed
from cdp.ingest.stage import History, land_inbox
from cdp.ingest.versions import SUPERSEDED_COLUMNS

CONTRACT = Contract.model_validate(
    {"kind": "contract", "name": "cards", "description": "x", "key": ["id"],
     "properties": [{"name": "id"}, {"name": "city", "optionalColumn": True}]}
)  # fmt: skip
ROW = {"id": "1", "city": "Bath", "left out": "old", "Tier": "gold"}


def write(path, form, row):
    if form == "csv":
        path.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
    elif form == "jsonl":
        path.write_text(json.dumps(row) + "\n")
    else:
        pq.write_table(pa.Table.from_pylist([row]), path)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
@pytest.mark.parametrize("known", [None, frozenset({"left out"})], ids=["first", "later"])
def test_added_columns_are_kept_aside(tmp_path, form, known):
    feed = Feed.model_validate(
        {"feed": "cards", "description": "x", "source": "x", "files": [f"*.{form}"], "form": {"type": form},
         "contract": "cards", "tables": ["stores"]}
    )  # fmt: skip
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    inbox.mkdir()
    work.mkdir()
    write(inbox / f"a.{form}", form, ROW)
    engine = open_engine("duckdb", threads=1)
    try:
        engine.execute(f"create temp table superseded_rows ({SUPERSEDED_COLUMNS})")
        left_out = {} if known is None else {"cards": known}
        landing = Landing(engine, datetime(2026, 6, 1), "r1", work, tmp_path / "landed", left_out)
        result = land_inbox(landing, discover(inbox, [feed]), {"cards": feed}, {"cards": CONTRACT}, History())
        headers = {item.name: (item.property, item.is_aside) for item in result.headers["cards"]}
        aside = known is not None
        assert headers == {
            "id": ("id", False), "city": ("city", False), "left out": (None, False), "Tier": (None, aside),
        }  # fmt: skip
        types = {item.type for item in result.headers["cards"]}
        assert types == ({"VARCHAR"} if form == "parquet" else {""})
        open_feed(engine, CONTRACT, result.landed["cards"], "cards")
        ((city, extra),) = engine.rows("select city, _extra from cards")
        assert city == "Bath"
        assert (json.loads(extra) if extra else None) == ({"Tier": "gold"} if aside else None)
    finally:
        engine.close()
